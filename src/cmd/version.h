/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef LEAKHOP_CMD_VERSION_H
#define LEAKHOP_CMD_VERSION_H

#ifndef LEAKHOP_VERSION
#define LEAKHOP_VERSION "0.1.0"
#endif

#endif
