/*
 * unitcode_text.h
 *	  The text of a unit's code, as bytes: what is allowed, and where its parts
 *	  begin and end. Knows nothing of the backend.
 *
 * A code is one to 32 labels joined by '.'; a label is 1 to 63 ASCII letters,
 * digits or underscores. All of these sort after '.' and after '/', so bytewise
 * order puts a code just before its subtree, and the subtree before code || '/'.
 */
#ifndef GOV_UNITCODE_TEXT_H
#define GOV_UNITCODE_TEXT_H

#include <stdbool.h>
#include <stddef.h>

#define GOV_LABEL_MAX	63
#define GOV_DEPTH_MAX	32
#define GOV_CODE_MAX	(GOV_DEPTH_MAX * (GOV_LABEL_MAX + 1) - 1)

typedef enum GovCodeFault
{
	GOV_CODE_OK,
	GOV_CODE_EMPTY,
	GOV_CODE_EMPTY_LABEL,
	GOV_CODE_BAD_CHARACTER,
	GOV_CODE_LONG_LABEL,
	GOV_CODE_TOO_DEEP
} GovCodeFault;

/* The first fault from the left. */
typedef struct GovCodeError
{
	GovCodeFault fault;
	size_t		at;				/* offset of the byte or label at fault */
	int			label;			/* the label at fault, counted from 1 */
	size_t		size;			/* bytes of a long label; labels of a deep code */
} GovCodeError;

extern bool gov_code_check(const char *bytes, size_t len, GovCodeError *error);
extern bool gov_label_check(const char *bytes, size_t len, GovCodeError *error);

/* Is it the end of a subtree, as subtree_end() gives it, and no code of a unit? */
static inline bool
gov_code_is_end(const char *bytes, size_t len)
{
	return len > 0 && bytes[len - 1] == '/';
}

/* The rest take checked codes, and stay inside the bytes given if they are not. */
extern int	gov_code_compare(const char *a, size_t alen, const char *b, size_t blen);
extern bool gov_code_covers(const char *a, size_t alen, const char *b, size_t blen);
extern int	gov_code_depth(const char *bytes, size_t len);
extern size_t gov_code_parent(const char *bytes, size_t len);
extern size_t gov_code_prefix(const char *bytes, size_t len, int depth);
extern size_t gov_code_common(const char *a, size_t alen, const char *b, size_t blen);

#endif
