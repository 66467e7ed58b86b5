// SPDX-License-Identifier: GPL-2.0-only
/* Names of containers and pods: see container.h. Relies on jansson. */
#include "target/container.h"
#include "target/file.h"
#include "target/proc.h"
#include "util/cleanup.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <jansson.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define FILE_MOST (8u << 20)
#define NAMESPACES_MOST 32 /* of containerd */
#define TASKS "/run/containerd/io.containerd.runtime.v2.task"

const char *const target_host_roots[] = { "", "/host", "/proc/1/root", NULL };

/* What its owner wrote, or root: a container's own files must not name it. */
static json_t *load_of(const char *root, const char *path, uid_t owner)
{
	_cleanup_close_ int fd = -1;
	_cleanup_free_ char *text = NULL;
	struct stat status;
	ssize_t length;

	if (target_file_open_below(NULL, root, path, 0, &fd) < 0 || fstat(fd, &status) ||
	    status.st_size <= 0 || status.st_size > FILE_MOST || status.st_mode & S_IWOTH ||
	    (status.st_uid && status.st_uid != owner))
		return NULL;
	text = malloc((size_t)status.st_size);
	if (!text)
		return NULL;
	length = pread(fd, text, (size_t)status.st_size, 0);
	return length < 0 ? NULL : json_loadb(text, (size_t)length, JSON_REJECT_DUPLICATES, NULL);
}

static json_t *load(const char *root, const char *path)
{
	return load_of(root, path, 0);
}

static void take(const json_t *object, const char *key, char *to, size_t size)
{
	const char *text = json_string_value(json_object_get(object, key));

	if (text && *text && !*to)
		snprintf(to, size, "%s", text);
}

/* The kubelet's labels: docker has them as labels, CRI-O as annotations. */
static void take_labels(const json_t *labels, struct lc_cgroup *cgroup)
{
	take(labels, "io.kubernetes.container.name", cgroup->container, sizeof(cgroup->container));
	take(labels, "io.kubernetes.pod.name", cgroup->pod, sizeof(cgroup->pod));
	take(labels, "io.kubernetes.pod.namespace", cgroup->pod_namespace,
	     sizeof(cgroup->pod_namespace));
	take(labels, "io.kubernetes.pod.uid", cgroup->pod_uid, sizeof(cgroup->pod_uid));
}

static void take_annotations(const json_t *annotations, struct lc_cgroup *cgroup)
{
	take_labels(annotations, cgroup);
	take(annotations, "io.kubernetes.cri.container-name", cgroup->container,
	     sizeof(cgroup->container));
	take(annotations, "io.kubernetes.cri.sandbox-name", cgroup->pod, sizeof(cgroup->pod));
	take(annotations, "io.kubernetes.cri.sandbox-namespace", cgroup->pod_namespace,
	     sizeof(cgroup->pod_namespace));
	take(annotations, "io.kubernetes.cri.sandbox-uid", cgroup->pod_uid,
	     sizeof(cgroup->pod_uid));
	take(annotations, "nerdctl/name", cgroup->container, sizeof(cgroup->container));
}

static bool name_by_docker(const char *root, struct lc_cgroup *cgroup)
{
	char path[256];
	const char *name;
	json_t *file;

	snprintf(path, sizeof(path), "/var/lib/docker/containers/%s/config.v2.json",
		 cgroup->container_id);
	file = load(root, path);
	if (!file)
		return false;
	take_labels(json_object_get(json_object_get(file, "Config"), "Labels"), cgroup);
	name = json_string_value(json_object_get(file, "Name"));
	if (name && !*cgroup->container)
		snprintf(cgroup->container, sizeof(cgroup->container), "%s", name + (*name == '/'));
	json_decref(file);
	return true;
}

static bool name_by_annotations(const char *root, const char *path, struct lc_cgroup *cgroup)
{
	json_t *file = load(root, path);

	if (!file)
		return false;
	take_annotations(json_object_get(file, "annotations"), cgroup);
	json_decref(file);
	return true;
}

static bool name_by_containerd(const char *root, struct lc_cgroup *cgroup)
{
	_cleanup_closedir_ DIR *folder = NULL;
	char path[512];
	struct dirent *entry;
	bool found = false;
	unsigned i = 0;

	snprintf(path, sizeof(path), "%s%s", root, TASKS);
	folder = opendir(path);
	while (folder && !found && i++ < NAMESPACES_MOST && (entry = readdir(folder))) {
		if (entry->d_name[0] == '.')
			continue;
		snprintf(path, sizeof(path), "%s/%s/%s/config.json", TASKS, entry->d_name,
			 cgroup->container_id);
		found = name_by_annotations(root, path, cgroup);
	}
	return found;
}

static bool name_by_cri_o(const char *root, struct lc_cgroup *cgroup)
{
	char path[256];

	snprintf(path, sizeof(path),
		 "/run/containers/storage/overlay-containers/%s/userdata/config.json",
		 cgroup->container_id);
	return name_by_annotations(root, path, cgroup);
}

/* Takes over the file. */
static bool name_by_storage(json_t *file, struct lc_cgroup *cgroup)
{
	const json_t *container, *name;
	const char *id;
	size_t i;

	json_array_foreach(file, i, container)
	{
		id = json_string_value(json_object_get(container, "id"));
		if (!id || strcmp(id, cgroup->container_id) != 0)
			continue;
		name = json_array_get(json_object_get(container, "names"), 0);
		if (json_string_value(name) && !*cgroup->container)
			snprintf(cgroup->container, sizeof(cgroup->container), "%s",
				 json_string_value(name));
		break;
	}
	json_decref(file);
	return *cgroup->container;
}

/* "/user.slice/user-1000.slice/user@1000.service/user.slice/libpod-ID.scope/container" */
static bool find_user(const char *path, uid_t *ret)
{
	const char *at = strstr(path, "/user-");
	char *end;
	unsigned long uid;

	if (!at)
		return false;
	uid = strtoul(at + strlen("/user-"), &end, 10);
	*ret = (uid_t)uid;
	return uid && uid == *ret && !strncmp(end, ".slice/", strlen(".slice/"));
}

static bool find_home(const char *root, uid_t uid, char *home, size_t size)
{
	_cleanup_fclose_ FILE *file = NULL;
	const struct passwd *user = NULL;
	struct passwd entry;
	char line[1024];
	int fd;

	if (target_file_open_below(NULL, root, "/etc/passwd", 0, &fd) < 0)
		return false;
	file = fdopen(fd, "r");
	if (!file) {
		close(fd);
		return false;
	}
	while (!fgetpwent_r(file, &entry, line, sizeof(line), (struct passwd **)&user)) {
		if (entry.pw_uid == uid)
			return (size_t)snprintf(home, size, "%s", entry.pw_dir) < size;
	}
	return false;
}

/* A user's own containers; where they are unless storage.conf says otherwise. */
static bool name_by_user(const char *root, struct lc_cgroup *cgroup)
{
	char path[512], home[256];
	uid_t uid;

	if (!find_user(cgroup->path, &uid) || !find_home(root, uid, home, sizeof(home)))
		return false;
	snprintf(path, sizeof(path),
		 "%s/.local/share/containers/storage/overlay-containers/containers.json", home);
	return name_by_storage(load_of(root, path, uid), cgroup);
}

static bool name_by_podman(const char *root, struct lc_cgroup *cgroup)
{
	return name_by_storage(load(root, "/var/lib/containers/storage/overlay-containers/"
					  "containers.json"),
			       cgroup) ||
	       name_by_user(root, cgroup);
}

static void set_runtime(struct lc_cgroup *cgroup, const char *runtime)
{
	snprintf(cgroup->runtime, sizeof(cgroup->runtime), "%s", runtime);
}

static bool name_below(const char *root, struct lc_cgroup *cgroup)
{
	if (name_by_docker(root, cgroup))
		set_runtime(cgroup, "docker");
	else if (name_by_containerd(root, cgroup))
		set_runtime(cgroup, "containerd");
	else if (name_by_cri_o(root, cgroup) && *cgroup->container)
		set_runtime(cgroup, "cri-o");
	else
		return name_by_podman(root, cgroup);
	return true;
}

void target_name_container(const char *const *roots, struct target_cgroup *of)
{
	if (!of->container_length || *of->cgroup.container)
		return;
	while (*roots && !name_below(*roots, &of->cgroup))
		roots++;
}

/* --- from a name to its group --- */

static bool is_same_unit(const char *unit, const char *wanted)
{
	size_t length = strlen(wanted);

	return !strcmp(unit, wanted) ||
	       (!strncmp(unit, wanted, length) && !strcmp(unit + length, ".service"));
}

static bool is_same_pod(const struct lc_cgroup *cgroup, const char *wanted)
{
	const char *slash = strchr(wanted, '/');

	if (!slash)
		return !strcmp(cgroup->pod, wanted) || !strcmp(cgroup->pod_uid, wanted);
	return strlen(cgroup->pod_namespace) == (size_t)(slash - wanted) &&
	       !strncmp(cgroup->pod_namespace, wanted, (size_t)(slash - wanted)) &&
	       !strcmp(cgroup->pod, slash + 1);
}

bool target_is_group(const struct target_cgroup *of, enum target_group_kind kind,
		     const char *wanted)
{
	const struct lc_cgroup *cgroup = &of->cgroup;

	switch (kind) {
	case TARGET_CONTAINER:
		return of->container_length &&
		       (!wanted || !strcmp(cgroup->container, wanted) ||
			(strlen(wanted) >= 3 &&
			 !strncmp(cgroup->container_id, wanted, strlen(wanted))));
	case TARGET_POD:
		return of->pod_length && (!wanted || is_same_pod(cgroup, wanted));
	case TARGET_UNIT:
		return of->unit_length && (!wanted || is_same_unit(cgroup->unit, wanted));
	}
	return false;
}

struct finding {
	const char *const *roots;
	struct lc_cgroups *seen; /* by the group's own path */
	enum target_group_kind kind;
	const char *wanted;
	struct target_group *groups;
	size_t count, most;
};

static void describe(const struct target_cgroup *of, enum target_group_kind kind, char *buffer,
		     size_t size)
{
	const struct lc_cgroup *cgroup = &of->cgroup;
	bool known = *cgroup->pod;

	if (kind == TARGET_UNIT)
		snprintf(buffer, size, "%s", cgroup->unit);
	else if (kind == TARGET_POD)
		snprintf(buffer, size, "%s%s%s", cgroup->pod_namespace, known ? "/" : "",
			 known ? cgroup->pod : cgroup->pod_uid);
	else
		snprintf(buffer, size, "%s%s%.12s%s%s%s%s%s", cgroup->container,
			 *cgroup->container ? " (" : "", cgroup->container_id,
			 *cgroup->container ? ")" : "", known ? " of pod " : "",
			 cgroup->pod_namespace, known ? "/" : "", cgroup->pod);
}

static size_t length_of(const struct target_cgroup *of, enum target_group_kind kind)
{
	return kind == TARGET_CONTAINER ? of->container_length
	       : kind == TARGET_POD	? of->pod_length
					: of->unit_length;
}

static void take_group(struct finding *finding, const struct target_cgroup *of, size_t length)
{
	struct target_group group;
	size_t i;

	snprintf(group.path, sizeof(group.path), "%.*s", (int)length, of->cgroup.path);
	describe(of, finding->kind, group.name, sizeof(group.name));
	for (i = 0; i < finding->count && i < finding->most; i++) {
		if (!strcmp(finding->groups[i].path, group.path))
			return;
	}
	if (finding->count < finding->most)
		finding->groups[finding->count] = group;
	finding->count++;
}

/* Each container's files are read once; a pod may be known by the last one of them only. */
static int find_of_process(void *context, pid_t pid)
{
	struct finding *finding = context;
	struct target_cgroup of;
	size_t length;
	int r;

	if (target_read_cgroup(pid, &of) < 0)
		return 0;
	length = length_of(&of, finding->kind);
	if (!length)
		return 0;
	of.cgroup.path[of.container_length ?: length] = '\0';
	if (lc_cgroups_find(finding->seen, of.cgroup.path))
		return 0;
	target_name_container(finding->roots, &of);
	r = lc_cgroups_note(finding->seen, pid, &of.cgroup, 1);
	if (target_is_group(&of, finding->kind, finding->wanted))
		take_group(finding, &of, length);
	return r == -ENOMEM ? r : 0;
}

ssize_t target_find_groups(const char *const *roots, enum target_group_kind kind,
			   const char *wanted, struct target_group *groups, size_t most)
{
	struct finding finding = {
		.roots = roots, .kind = kind, .wanted = wanted, .groups = groups, .most = most
	};
	int r = lc_cgroups_create(&finding.seen);

	r = r ?: target_for_each_pid(find_of_process, &finding);
	lc_cgroups_free(finding.seen);
	return r < 0 ? r : (ssize_t)finding.count;
}
