// SPDX-License-Identifier: GPL-2.0-only
/* What the path of a control group says: see cgroup.h. */
#include "target/cgroup.h"
#include "target/proc.h"

#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>

#define CGROUP_BYTES 8192
#define ID_LENGTH 64
#define MOUNT "/sys/fs/cgroup/"

/* One name of a path, which is not terminated. */
struct component {
	const char *text;
	size_t length;
};

static bool begins_with(const struct component *name, const char *prefix)
{
	size_t length = strlen(prefix);

	return name->length >= length && !memcmp(name->text, prefix, length);
}

static bool ends_with(const struct component *name, const char *suffix)
{
	size_t length = strlen(suffix);

	return name->length >= length &&
	       !memcmp(name->text + name->length - length, suffix, length);
}

static struct component without(const struct component *name, const char *prefix,
				const char *suffix)
{
	size_t cut = strlen(prefix);

	return (struct component){ name->text + cut, name->length - cut - strlen(suffix) };
}

static bool is_id(const struct component *name)
{
	size_t i;

	for (i = 0; i < name->length && isxdigit((unsigned char)name->text[i]); i++)
		;
	return name->length == ID_LENGTH && i == name->length;
}

static void copy(char *to, size_t size, const struct component *name)
{
	snprintf(to, size, "%.*s", (int)name->length, name->text);
}

/* systemd writes what its names cannot have as \xNN. */
static void copy_unescaped(char *to, size_t size, const struct component *name)
{
	size_t used = 0, i;
	unsigned value;

	for (i = 0; i < name->length && used + 1 < size; i++) {
		if (name->length - i >= 4 && name->text[i] == '\\' && name->text[i + 1] == 'x' &&
		    sscanf(name->text + i + 2, "%2x", &value) == 1 && value) {
			to[used++] = (char)value;
			i += 3;
		} else {
			to[used++] = name->text[i];
		}
	}
	to[used] = '\0';
}

/* Of units: PREFIX-ID.scope */
static const struct {
	const char *prefix, *runtime;
} scopes[] = {
	{ "docker-", "docker" }, { "cri-containerd-", "containerd" }, { "crio-", "cri-o" },
	{ "libpod-", "podman" }, { "nerdctl-", "containerd" },
};

static bool is_scope(const struct component *name, struct lc_cgroup *cgroup)
{
	struct component id;
	size_t i;

	for (i = 0; i < sizeof(scopes) / sizeof(scopes[0]); i++) {
		const char *suffix = ends_with(name, ".scope") ? ".scope" : "";

		if (!begins_with(name, scopes[i].prefix))
			continue;
		id = without(name, scopes[i].prefix, suffix);
		if (!is_id(&id))
			continue;
		snprintf(cgroup->runtime, sizeof(cgroup->runtime), "%s", scopes[i].runtime);
		copy(cgroup->container_id, sizeof(cgroup->container_id), &id);
		return true;
	}
	return false;
}

/* Without systemd the folder is the container's id, and the one above it tells whose. */
static bool is_plain_id(const struct component *name, const struct component *above, bool in_pod,
			struct lc_cgroup *cgroup)
{
	bool docker = above->length == 6 && begins_with(above, "docker");

	if (!is_id(name))
		return false;
	snprintf(cgroup->runtime, sizeof(cgroup->runtime), "%s",
		 docker	  ? "docker"
		 : in_pod ? "kubernetes"
			  : "containerd");
	copy(cgroup->container_id, sizeof(cgroup->container_id), name);
	return true;
}

/* LXC and systemd-nspawn know their containers by name. */
static bool is_named(const struct component *name, const struct component *above,
		     struct lc_cgroup *cgroup)
{
	struct component rest;

	if (begins_with(name, "lxc.payload.")) {
		rest = without(name, "lxc.payload.", "");
		snprintf(cgroup->runtime, sizeof(cgroup->runtime), "lxc");
	} else if (above->length == 3 && begins_with(above, "lxc")) {
		rest = *name;
		snprintf(cgroup->runtime, sizeof(cgroup->runtime), "lxc");
	} else if (begins_with(name, "systemd-nspawn@") && ends_with(name, ".service")) {
		rest = without(name, "systemd-nspawn@", ".service");
		snprintf(cgroup->runtime, sizeof(cgroup->runtime), "nspawn");
	} else if (above->length == 13 && begins_with(above, "machine.slice") &&
		   begins_with(name, "machine-") && ends_with(name, ".scope")) {
		rest = without(name, "machine-", ".scope");
		snprintf(cgroup->runtime, sizeof(cgroup->runtime), "machined");
	} else {
		return false;
	}
	copy_unescaped(cgroup->container, sizeof(cgroup->container), &rest);
	copy_unescaped(cgroup->container_id, sizeof(cgroup->container_id), &rest);
	return true;
}

/* "pod<uid>", or "kubepods-burstable-pod<uid>.slice" with _ for -. */
static bool is_pod(const struct component *name, struct lc_cgroup *cgroup)
{
	struct component uid = *name;
	const char *at;
	size_t i;

	if (begins_with(name, "kubepods") && ends_with(name, ".slice")) {
		at = memmem(name->text, name->length, "-pod", 4);
		if (!at)
			return false;
		uid.text = at + 4;
		uid.length = name->length - (size_t)(uid.text - name->text) - strlen(".slice");
	} else if (begins_with(name, "pod")) {
		uid = without(name, "pod", "");
	} else {
		return false;
	}
	for (i = 0; i < uid.length; i++) {
		if (!isxdigit((unsigned char)uid.text[i]) && !strchr("-_", uid.text[i]))
			return false;
	}
	if (uid.length < 32 || uid.length >= sizeof(cgroup->pod_uid))
		return false;
	for (i = 0; i < uid.length; i++)
		cgroup->pod_uid[i] = uid.text[i] == '_' ? '-' : uid.text[i];
	cgroup->pod_uid[uid.length] = '\0';
	return true;
}

static bool is_unit(const struct component *name)
{
	return ends_with(name, ".service") || ends_with(name, ".scope") ||
	       ends_with(name, ".socket") || ends_with(name, ".mount");
}

static void look_at(struct target_cgroup *ret, const struct component *name,
		    const struct component *above, size_t end)
{
	struct lc_cgroup *cgroup = &ret->cgroup;

	if (ret->container_length)
		return; /* below a container is what it made itself */
	if (is_pod(name, cgroup)) {
		ret->pod_length = end;
	} else if (is_scope(name, cgroup) || is_named(name, above, cgroup) ||
		   is_plain_id(name, above, ret->pod_length != 0, cgroup)) {
		ret->container_length = end;
		ret->unit_length = 0;
		cgroup->unit[0] = '\0';
	} else if (is_unit(name)) {
		ret->unit_length = end;
		copy_unescaped(cgroup->unit, sizeof(cgroup->unit), name);
	}
}

static void parse_path(const char *path, size_t length, struct target_cgroup *ret)
{
	struct component name, above = { "", 0 };
	size_t at = 0;

	memset(ret, 0, sizeof(*ret));
	if (length >= sizeof(ret->cgroup.path))
		length = sizeof(ret->cgroup.path) - 1;
	memcpy(ret->cgroup.path, path, length);
	while (at < length) {
		at++; /* the slash */
		name.text = ret->cgroup.path + at;
		name.length = strcspn(name.text, "/");
		at += name.length;
		look_at(ret, &name, &above, at);
		above = name;
	}
}

/* How well a hierarchy tells where a process belongs. */
static int rank(const char *controllers, size_t length, const struct target_cgroup *cgroup)
{
	if (cgroup->container_length)
		return 4;
	if (!cgroup->cgroup.path[1])
		return 0;
	if (!length)
		return 3;
	return length == 12 && !memcmp(controllers, "name=systemd", length) ? 2 : 1;
}

int target_parse_cgroup(const char *text, struct target_cgroup *ret)
{
	struct target_cgroup cgroup;
	const char *controllers, *path;
	int best = -1, this;
	size_t length;

	for (; *text; text += length + (text[length] == '\n')) {
		length = strcspn(text, "\n");
		controllers = memchr(text, ':', length);
		path = controllers ? memchr(controllers + 1, ':',
					    length - (size_t)(controllers + 1 - text))
				   : NULL;
		if (!path || path[1] != '/')
			continue;
		parse_path(path + 1, length - (size_t)(path + 1 - text), &cgroup);
		this = rank(controllers + 1, (size_t)(path - controllers - 1), &cgroup);
		if (this > best || (this == 1 && best == 1 &&
				    strlen(cgroup.cgroup.path) > strlen(ret->cgroup.path))) {
			best = this;
			*ret = cgroup;
		}
	}
	return best < 0 ? -EINVAL : 0;
}

static int read_text(pid_t pid, char *text, size_t size)
{
	char path[64];
	ssize_t length;

	snprintf(path, sizeof(path), "/proc/%d/cgroup", (int)pid);
	length = target_read_file(path, text, size);
	return length < 0 ? (int)length : 0;
}

int target_read_cgroup(pid_t pid, struct target_cgroup *ret)
{
	char text[CGROUP_BYTES];
	int r = read_text(pid, text, sizeof(text));

	return r < 0 ? r : target_parse_cgroup(text, ret);
}

static bool is_below(const char *path, size_t length, const char *group)
{
	size_t group_length = strlen(group);

	while (group_length && group[group_length - 1] == '/')
		group_length--;
	return length >= group_length && !memcmp(path, group, group_length) &&
	       (length == group_length || path[group_length] == '/');
}

/* A path with its mount: that of version 2, or of one controller of version 1. */
static const char *behind_mount(const char *path, bool controller)
{
	if (strncmp(path, MOUNT, strlen(MOUNT)) != 0)
		return path;
	path += strlen(MOUNT) - 1;
	return controller ? path + 1 + strcspn(path + 1, "/") : path;
}

bool target_is_in_cgroup(pid_t pid, const char *wanted)
{
	const char *whole = behind_mount(wanted, false), *rest = behind_mount(wanted, true);
	char text[CGROUP_BYTES], *line, *next = text, *path;

	if (read_text(pid, text, sizeof(text)) < 0)
		return false;
	while ((line = strsep(&next, "\n"))) {
		path = strchr(line, ':');
		path = path ? strchr(path + 1, ':') : NULL;
		if (!path)
			continue;
		path++;
		if (is_below(path, strlen(path), whole) ||
		    (rest != whole && *rest && is_below(path, strlen(path), rest)))
			return true;
	}
	return false;
}
