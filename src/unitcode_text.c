/*
 * unitcode_text.c
 *	  Checks, compares and cuts the bytes of a unit's code.
 */
#include "unitcode_text.h"

#include <string.h>

static bool
in_label(char c)
{
	return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') ||
		(c >= 'a' && c <= 'z') || c == '_';
}

static bool
fail(GovCodeError *error, GovCodeFault fault, size_t at, int label, size_t size)
{
	error->fault = fault;
	error->at = at;
	error->label = label;
	error->size = size;
	return false;
}

static bool
pass(GovCodeError *error)
{
	error->fault = GOV_CODE_OK;
	error->at = 0;
	error->label = 0;
	error->size = 0;
	return true;
}

static size_t
count_labels(const char *bytes, size_t len)
{
	size_t		n = 1;

	for (size_t i = 0; i < len; i++)
		n += bytes[i] == '.';
	return n;
}

/* Checks one label, which starts at an offset and is label number n. */
static bool
check_label(const char *bytes, size_t start, size_t end, int n, GovCodeError *error)
{
	if (start == end)
		return fail(error, GOV_CODE_EMPTY_LABEL, start, n, 0);
	for (size_t i = start; i < end; i++)
	{
		if (!in_label(bytes[i]))
			return fail(error, GOV_CODE_BAD_CHARACTER, i, n, 0);
	}
	if (end - start > GOV_LABEL_MAX)
		return fail(error, GOV_CODE_LONG_LABEL, start, n, end - start);
	return true;
}

bool
gov_label_check(const char *bytes, size_t len, GovCodeError *error)
{
	return check_label(bytes, 0, len, 1, error) && pass(error);
}

bool
gov_code_check(const char *bytes, size_t len, GovCodeError *error)
{
	size_t		start = 0;

	if (len == 0)
		return fail(error, GOV_CODE_EMPTY, 0, 0, 0);
	for (int label = 1;; label++)
	{
		const char *dot = memchr(bytes + start, '.', len - start);
		size_t		end = dot ? (size_t) (dot - bytes) : len;

		if (label > GOV_DEPTH_MAX)
			return fail(error, GOV_CODE_TOO_DEEP, start, label,
						count_labels(bytes, len));
		if (!check_label(bytes, start, end, label, error))
			return false;
		if (dot == NULL)
			return pass(error);
		start = end + 1;
	}
}

/* Bytewise; a prefix comes first. */
int
gov_code_compare(const char *a, size_t alen, const char *b, size_t blen)
{
	int			order = memcmp(a, b, alen < blen ? alen : blen);

	if (order != 0)
		return order;
	return (alen > blen) - (alen < blen);
}

/* Is a an ancestor of b, or b itself? */
bool
gov_code_covers(const char *a, size_t alen, const char *b, size_t blen)
{
	if (alen > blen || memcmp(a, b, alen) != 0)
		return false;
	return alen == blen || b[alen] == '.';
}

int
gov_code_depth(const char *bytes, size_t len)
{
	return (int) count_labels(bytes, len);
}

/* Length of the parent's code, 0 for a root. */
size_t
gov_code_parent(const char *bytes, size_t len)
{
	while (len > 0 && bytes[len - 1] != '.')
		len--;
	return len > 0 ? len - 1 : 0;
}

/* Length of the first labels; 0 if there are fewer than asked for. */
size_t
gov_code_prefix(const char *bytes, size_t len, int depth)
{
	if (depth < 1)
		return 0;
	for (size_t i = 0; i < len; i++)
	{
		if (bytes[i] == '.' && --depth == 0)
			return i;
	}
	return depth == 1 ? len : 0;
}

/* Length of the deepest code that covers both; 0 if their roots differ. */
size_t
gov_code_common(const char *a, size_t alen, const char *b, size_t blen)
{
	size_t		shorter = alen < blen ? alen : blen;
	size_t		common = 0;
	size_t		i = 0;

	for (; i < shorter && a[i] == b[i]; i++)
	{
		if (a[i] == '.')
			common = i;
	}
	if (i == shorter && (i == alen || a[i] == '.') && (i == blen || b[i] == '.'))
		common = i;
	return common;
}
