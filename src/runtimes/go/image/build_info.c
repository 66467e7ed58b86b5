// SPDX-License-Identifier: GPL-2.0-only
/* Finds and reads the build information: see build_info.h. */
#include "runtimes/go/image/build_info.h"

#include <stdio.h>
#include <string.h>

#define BUILD_INFO_SIZE 32
#define BUILD_INFO_ALIGN 16
#define BUILD_INFO_INLINE 2
/* Without section headers: how far the start of the data is searched. */
#define MOST_DATA_SEARCHED (1u << 20)

static const char build_info_magic[] = "\xff Go buildinf:";

/* The build information's first bytes, wherever they are. Sets *ret_vaddr. */
static const uint8_t *find_build_info(const struct go_image *image, uint64_t *ret_vaddr)
{
	uint64_t vaddr, size, memory;
	const uint8_t *bytes;
	size_t index = 0, i;

	if (go_image_section(image, ".go.buildinfo", &vaddr, &size)) {
		bytes = go_image_bytes(image, vaddr, BUILD_INFO_SIZE);
		*ret_vaddr = vaddr;
		return bytes && !memcmp(bytes, build_info_magic, 14) ? bytes : NULL;
	}
	if (!elf_getshdrnum(image->elf, &index) && index)
		return NULL; /* it has sections, and not that one */
	index = 0;
	while (go_image_segment(image, /* writable= */ true, &index, &vaddr, &size, &memory)) {
		if (size > MOST_DATA_SEARCHED)
			size = MOST_DATA_SEARCHED;
		bytes = go_image_bytes(image, vaddr, size);
		for (i = 0; bytes && i + BUILD_INFO_SIZE <= size; i += BUILD_INFO_ALIGN) {
			if (!memcmp(bytes + i, build_info_magic, 14)) {
				*ret_vaddr = vaddr + i;
				return bytes + i;
			}
		}
	}
	return NULL;
}

static uint64_t word_at(const struct go_image *image, uint64_t vaddr)
{
	const uint8_t *bytes = go_image_bytes(image, vaddr, 8);
	uint64_t word = 0;

	if (bytes)
		memcpy(&word, bytes, 8);
	return word;
}

/* Go 1.18 and later have the text in line, 1.17 a pointer to a Go string. */
static void read_version(struct go_image *image, const uint8_t *info, uint64_t vaddr)
{
	const uint8_t *bytes;
	uint64_t length, text, string;

	if (info[15] & BUILD_INFO_INLINE) {
		bytes = go_image_bytes(image, vaddr + BUILD_INFO_SIZE, 1);
		length = bytes ? bytes[0] : 0; /* a varint; longer ones are not versions */
		text = vaddr + BUILD_INFO_SIZE + 1;
	} else {
		string = word_at(image, vaddr + 16);
		text = word_at(image, string);
		length = word_at(image, string + 8);
	}
	if (!length || length >= sizeof(image->version_text))
		return;
	bytes = go_image_bytes(image, text, length);
	if (!bytes)
		return;
	memcpy(image->version_text, bytes, length);
	image->version = go_version_parse(image->version_text);
}

static bool read_length(const struct go_image *image, uint64_t *vaddr, uint64_t *ret)
{
	const uint8_t *byte;
	unsigned shift;

	*ret = 0;
	for (shift = 0; shift < 35; shift += 7) {
		byte = go_image_bytes(image, (*vaddr)++, 1);
		if (!byte)
			return false;
		*ret |= (uint64_t)(*byte & 0x7f) << shift;
		if (!(*byte & 0x80))
			return true;
	}
	return false;
}

bool go_image_read_build_info(struct go_image *image)
{
	uint64_t vaddr;
	const uint8_t *info = find_build_info(image, &vaddr);

	if (info && info[14] <= 8) {
		image->build_info = vaddr;
		read_version(image, info, vaddr);
	}
	return info != NULL;
}

const char *go_image_build_text(const struct go_image *image, size_t *ret_size)
{
	uint64_t vaddr = image->build_info, length;
	const uint8_t *info = vaddr ? go_image_bytes(image, vaddr, BUILD_INFO_SIZE) : NULL;
	const uint8_t *bytes;

	if (!info || !(info[15] & BUILD_INFO_INLINE))
		return NULL;
	vaddr += BUILD_INFO_SIZE;
	if (!read_length(image, &vaddr, &length))
		return NULL;
	vaddr += length;
	if (!read_length(image, &vaddr, &length))
		return NULL;
	bytes = go_image_bytes(image, vaddr, length);
	*ret_size = length;
	return (const char *)bytes;
}

bool go_image_setting(const struct go_image *image, const char *name, char *buffer, size_t size)
{
	size_t left, length;
	const char *text = go_image_build_text(image, &left), *end;
	char head[64];

	snprintf(head, sizeof(head), "build\t%s=", name);
	while (text && left) {
		end = memchr(text, '\n', left);
		length = end ? (size_t)(end - text) : left;
		if (length >= strlen(head) && !memcmp(text, head, strlen(head))) {
			snprintf(buffer, size, "%.*s", (int)(length - strlen(head)),
				 text + strlen(head));
			return true;
		}
		left -= length + (end ? 1 : 0);
		text = end ? end + 1 : NULL;
	}
	return false;
}

/* It is runtime.buildVersion, a string variable: address and length of a text that begins so. */
void go_image_search_version(struct go_image *image)
{
	uint64_t vaddr, size, memory, word[2];
	const uint8_t *bytes, *text;
	size_t index = 0, i;

	while (go_image_segment(image, /* writable= */ true, &index, &vaddr, &size, &memory)) {
		if (size > MOST_DATA_SEARCHED)
			size = MOST_DATA_SEARCHED;
		bytes = go_image_bytes(image, vaddr, size);
		for (i = (8 - vaddr % 8) % 8; bytes && i + sizeof(word) <= size; i += 8) {
			memcpy(word, bytes + i, sizeof(word));
			if (word[1] < 5 || word[1] >= sizeof(image->version_text))
				continue;
			text = go_image_bytes(image, word[0], word[1]);
			if (!text || memcmp(text, "go1.", 4) || text[4] < '0' || text[4] > '9')
				continue;
			memcpy(image->version_text, text, word[1]);
			image->version = go_version_parse(image->version_text);
			return;
		}
	}
}
