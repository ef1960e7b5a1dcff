/*
 * unitcode.c
 *	  The type unitcode: a unit's place in a hierarchy, as a path of labels.
 */
#include "unitcode.h"

#include "catalog/pg_collation_d.h"
#include "catalog/pg_type_d.h"
#include "common/hashfn.h"
#include "lib/stringinfo.h"
#include "libpq/pqformat.h"
#include "mb/pg_wchar.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/lsyscache.h"
#include "utils/sortsupport.h"
#include "utils/varlena.h"

/* How much of an input an error message repeats, in bytes. */
#define SHOWN_MAX	100

/* The tiers of China's GB/T 2260 and of the longer codes built upon it. */
static const int32 gb2260_widths[] = {2, 2, 2, 3, 3};

/*-------------------------------------------------------------------------
 * What an error says
 *-------------------------------------------------------------------------
 */

/* The input as a message shows it: cut at a character's end if it is long. */
static char *
shown(const char *bytes, size_t len)
{
	if (len <= SHOWN_MAX)
		return pnstrdup(bytes, len);
	return psprintf("%.*s...", pg_mbcliplen(bytes, (int) len, SHOWN_MAX), bytes);
}

/* The character at an offset, whole; a control character by its number. */
static char *
shown_character(const char *bytes, size_t len, size_t at)
{
	unsigned char c = (unsigned char) bytes[at];
	char	   *rest;
	size_t		size;

	if (c < 0x20 || c == 0x7f)
		return psprintf("0x%02x", c);
	rest = pnstrdup(bytes + at, Min(len - at, MAX_MULTIBYTE_CHAR_LEN));
	size = pg_encoding_mblen(GetDatabaseEncoding(), rest);
	if (size < strlen(rest))
		rest[size] = '\0';
	return psprintf("\"%s\"", rest);
}

/* To be called as an argument of ereport. */
static int
fault_detail(const char *bytes, size_t len, const GovCodeError *error)
{
	switch (error->fault)
	{
		case GOV_CODE_OK:
			break;
		case GOV_CODE_EMPTY:
			return errdetail("The code is empty.");
		case GOV_CODE_EMPTY_LABEL:
			return errdetail("Label %d is empty.", error->label);
		case GOV_CODE_BAD_CHARACTER:
			return errdetail("The character %s (byte %zu) is not an ASCII letter, digit or underscore.",
							 shown_character(bytes, len, error->at), error->at + 1);
		case GOV_CODE_LONG_LABEL:
			return errdetail("Label %d is %zu bytes long; at most %d are allowed.",
							 error->label, error->size, GOV_LABEL_MAX);
		case GOV_CODE_TOO_DEEP:
			return errdetail("The code has %zu labels; at most %d are allowed.",
							 error->size, GOV_DEPTH_MAX);
	}
	return 0;
}

static int
fault_hint(const char *bytes, const GovCodeError *error)
{
	if (error->fault == GOV_CODE_BAD_CHARACTER && IS_HIGHBIT_SET(bytes[error->at]))
		return errhint("Keep names in a column of their own; a code takes only A to Z, a to z, 0 to 9 and _, with \".\" between labels.");
	return 0;
}

bool
gov_unitcode_check(const char *bytes, size_t len, int sqlstate, struct Node *escontext)
{
	GovCodeError error;

	if (gov_code_check(bytes, len, &error))
		return true;
	ereturn(escontext, false,
			(errcode(sqlstate),
			 errmsg("invalid input syntax for type unitcode: \"%s\"", shown(bytes, len)),
			 fault_detail(bytes, len, &error),
			 fault_hint(bytes, &error)));
}

unitcode *
gov_unitcode_make(const char *bytes, size_t len)
{
	return (unitcode *) cstring_to_text_with_len(bytes, (int) len);
}

/*-------------------------------------------------------------------------
 * Input and output
 *-------------------------------------------------------------------------
 */

PG_FUNCTION_INFO_V1(gov_unitcode_in);
Datum
gov_unitcode_in(PG_FUNCTION_ARGS)
{
	char	   *input = PG_GETARG_CSTRING(0);
	size_t		len = strlen(input);

	if (!gov_unitcode_check(input, len, ERRCODE_INVALID_TEXT_REPRESENTATION,
							fcinfo->context))
		PG_RETURN_NULL();
	PG_RETURN_UNITCODE_P(gov_unitcode_make(input, len));
}

PG_FUNCTION_INFO_V1(gov_unitcode_out);
Datum
gov_unitcode_out(PG_FUNCTION_ARGS)
{
	PG_RETURN_CSTRING(TextDatumGetCString(PG_GETARG_DATUM(0)));
}

PG_FUNCTION_INFO_V1(gov_unitcode_recv);
Datum
gov_unitcode_recv(PG_FUNCTION_ARGS)
{
	StringInfo	buffer = (StringInfo) PG_GETARG_POINTER(0);
	int			len;
	char	   *bytes = pq_getmsgtext(buffer, buffer->len - buffer->cursor, &len);

	(void) gov_unitcode_check(bytes, len, ERRCODE_INVALID_BINARY_REPRESENTATION, NULL);
	PG_RETURN_UNITCODE_P(gov_unitcode_make(bytes, len));
}

PG_FUNCTION_INFO_V1(gov_unitcode_send);
Datum
gov_unitcode_send(PG_FUNCTION_ARGS)
{
	unitcode   *code = PG_GETARG_UNITCODE_PP(0);
	StringInfoData buffer;

	pq_begintypsend(&buffer);
	pq_sendtext(&buffer, VARDATA_ANY(code), VARSIZE_ANY_EXHDR(code));
	PG_RETURN_BYTEA_P(pq_endtypsend(&buffer));
}

/* A code as text: the bytes are the same, so it goes back as it came. */
PG_FUNCTION_INFO_V1(gov_unitcode_text);
Datum
gov_unitcode_text(PG_FUNCTION_ARGS)
{
	PG_RETURN_DATUM(PG_GETARG_DATUM(0));
}

/*-------------------------------------------------------------------------
 * Comparison and hashing
 *-------------------------------------------------------------------------
 */

static int
compare_args(FunctionCallInfo fcinfo)
{
	unitcode   *a = PG_GETARG_UNITCODE_PP(0);
	unitcode   *b = PG_GETARG_UNITCODE_PP(1);
	int			order = gov_code_compare(VARDATA_ANY(a), VARSIZE_ANY_EXHDR(a),
										 VARDATA_ANY(b), VARSIZE_ANY_EXHDR(b));

	PG_FREE_IF_COPY(a, 0);
	PG_FREE_IF_COPY(b, 1);
	return order;
}

PG_FUNCTION_INFO_V1(gov_unitcode_lt);
Datum
gov_unitcode_lt(PG_FUNCTION_ARGS)
{
	PG_RETURN_BOOL(compare_args(fcinfo) < 0);
}

PG_FUNCTION_INFO_V1(gov_unitcode_le);
Datum
gov_unitcode_le(PG_FUNCTION_ARGS)
{
	PG_RETURN_BOOL(compare_args(fcinfo) <= 0);
}

PG_FUNCTION_INFO_V1(gov_unitcode_eq);
Datum
gov_unitcode_eq(PG_FUNCTION_ARGS)
{
	PG_RETURN_BOOL(compare_args(fcinfo) == 0);
}

PG_FUNCTION_INFO_V1(gov_unitcode_ne);
Datum
gov_unitcode_ne(PG_FUNCTION_ARGS)
{
	PG_RETURN_BOOL(compare_args(fcinfo) != 0);
}

PG_FUNCTION_INFO_V1(gov_unitcode_ge);
Datum
gov_unitcode_ge(PG_FUNCTION_ARGS)
{
	PG_RETURN_BOOL(compare_args(fcinfo) >= 0);
}

PG_FUNCTION_INFO_V1(gov_unitcode_gt);
Datum
gov_unitcode_gt(PG_FUNCTION_ARGS)
{
	PG_RETURN_BOOL(compare_args(fcinfo) > 0);
}

PG_FUNCTION_INFO_V1(gov_unitcode_cmp);
Datum
gov_unitcode_cmp(PG_FUNCTION_ARGS)
{
	PG_RETURN_INT32(compare_args(fcinfo));
}

/* The C collation orders text as we order codes, and brings abbreviated keys. */
PG_FUNCTION_INFO_V1(gov_unitcode_sortsupport);
Datum
gov_unitcode_sortsupport(PG_FUNCTION_ARGS)
{
	SortSupport ssup = (SortSupport) PG_GETARG_POINTER(0);
	MemoryContext caller = MemoryContextSwitchTo(ssup->ssup_cxt);

	varstr_sortsupport(ssup, TEXTOID, C_COLLATION_OID);
	MemoryContextSwitchTo(caller);
	PG_RETURN_VOID();
}

PG_FUNCTION_INFO_V1(gov_unitcode_hash);
Datum
gov_unitcode_hash(PG_FUNCTION_ARGS)
{
	unitcode   *code = PG_GETARG_UNITCODE_PP(0);
	Datum		hash = hash_any((unsigned char *) VARDATA_ANY(code),
								VARSIZE_ANY_EXHDR(code));

	PG_FREE_IF_COPY(code, 0);
	PG_RETURN_DATUM(hash);
}

PG_FUNCTION_INFO_V1(gov_unitcode_hash_extended);
Datum
gov_unitcode_hash_extended(PG_FUNCTION_ARGS)
{
	unitcode   *code = PG_GETARG_UNITCODE_PP(0);
	Datum		hash = hash_any_extended((unsigned char *) VARDATA_ANY(code),
										 VARSIZE_ANY_EXHDR(code),
										 PG_GETARG_INT64(1));

	PG_FREE_IF_COPY(code, 0);
	PG_RETURN_DATUM(hash);
}

/*-------------------------------------------------------------------------
 * Official codes
 *-------------------------------------------------------------------------
 */

/* Says which lengths of an official code end at a tier's border. */
static char *
allowed_lengths(const int32 *widths, int n)
{
	StringInfoData list;
	int			sum = 0;

	initStringInfo(&list);
	for (int i = 0; i < n; i++)
	{
		sum += widths[i];
		appendStringInfo(&list, "%s%d", i == 0 ? "" : i == n - 1 ? " or " : ", ", sum);
	}
	return list.data;
}

/*
 * Cuts an official code into labels of the given widths; it may end after any
 * of them. With drop_zeros, tiers at the end that are all zeros are left out.
 */
static unitcode *
cut(const char *bytes, size_t len, const int32 *widths, int n, bool drop_zeros,
	const char *what)
{
	char		code[GOV_CODE_MAX];
	size_t		used = 0;
	size_t		kept = 0;
	size_t		start = 0;

	for (int i = 0; i < n && start < len; i++)
	{
		size_t		width = widths[i];

		if (start + width > len)
			break;
		if (i > 0)
			code[used++] = '.';
		memcpy(code + used, bytes + start, width);
		used += width;
		if (!drop_zeros || strspn(code + used - width, "0") < width)
			kept = used;
		start += width;
	}
	if (start < len || len == 0)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_TEXT_REPRESENTATION),
				 errmsg("invalid %s: \"%s\"", what, shown(bytes, len)),
				 errdetail("Its length is %zu; it must be %s.",
						   len, allowed_lengths(widths, n))));
	if (kept == 0)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_TEXT_REPRESENTATION),
				 errmsg("invalid %s: \"%s\"", what, shown(bytes, len)),
				 errdetail("All of its tiers are zero, so it names no unit.")));
	(void) gov_unitcode_check(code, kept, ERRCODE_INVALID_TEXT_REPRESENTATION, NULL);
	return gov_unitcode_make(code, kept);
}

/* Are all bytes fit for a label? The length is not judged. */
static void
check_official(const char *bytes, size_t len, const char *what)
{
	GovCodeError error;

	if (gov_label_check(bytes, len, &error) || error.fault != GOV_CODE_BAD_CHARACTER)
		return;
	ereport(ERROR,
			(errcode(ERRCODE_INVALID_TEXT_REPRESENTATION),
			 errmsg("invalid %s: \"%s\"", what, shown(bytes, len)),
			 fault_detail(bytes, len, &error)));
}

/* The widths of an official code's tiers, checked. */
static int
get_widths(ArrayType *array, int32 *widths)
{
	int			n = ArrayGetNItems(ARR_NDIM(array), ARR_DIMS(array));
	const int32 *given = (const int32 *) ARR_DATA_PTR(array);

	if (ARR_NDIM(array) > 1 || ARR_HASNULL(array))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("invalid widths of an official code"),
				 errdetail("The widths must be an array of one dimension without NULL.")));
	if (n < 1 || n > GOV_DEPTH_MAX)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("invalid widths of an official code"),
				 errdetail("There are %d widths; 1 to %d are allowed.", n, GOV_DEPTH_MAX)));
	for (int i = 0; i < n; i++)
	{
		if (given[i] < 1 || given[i] > GOV_LABEL_MAX)
			ereport(ERROR,
					(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
					 errmsg("invalid widths of an official code"),
					 errdetail("Width %d is %d; 1 to %d are allowed.",
							   i + 1, given[i], GOV_LABEL_MAX)));
		widths[i] = given[i];
	}
	return n;
}

PG_FUNCTION_INFO_V1(gov_unitcode_from_official);
Datum
gov_unitcode_from_official(PG_FUNCTION_ARGS)
{
	text	   *official = PG_GETARG_TEXT_PP(0);
	const char *bytes = VARDATA_ANY(official);
	size_t		len = VARSIZE_ANY_EXHDR(official);
	int32		widths[GOV_DEPTH_MAX];
	int			n = get_widths(PG_GETARG_ARRAYTYPE_P(1), widths);

	check_official(bytes, len, "official code");
	PG_RETURN_UNITCODE_P(cut(bytes, len, widths, n, false, "official code"));
}

PG_FUNCTION_INFO_V1(gov_unitcode_gb2260);
Datum
gov_unitcode_gb2260(PG_FUNCTION_ARGS)
{
	text	   *official = PG_GETARG_TEXT_PP(0);
	const char *bytes = VARDATA_ANY(official);
	size_t		len = VARSIZE_ANY_EXHDR(official);

	for (size_t i = 0; i < len; i++)
	{
		if (bytes[i] < '0' || bytes[i] > '9')
			ereport(ERROR,
					(errcode(ERRCODE_INVALID_TEXT_REPRESENTATION),
					 errmsg("invalid GB/T 2260 code: \"%s\"", shown(bytes, len)),
					 errdetail("The character %s (byte %zu) is not a digit.",
							   shown_character(bytes, len, i), i + 1)));
	}
	PG_RETURN_UNITCODE_P(cut(bytes, len, gb2260_widths, lengthof(gb2260_widths),
							 true, "GB/T 2260 code"));
}

PG_FUNCTION_INFO_V1(gov_unitcode_official);
Datum
gov_unitcode_official(PG_FUNCTION_ARGS)
{
	unitcode   *code = PG_GETARG_UNITCODE_PP(0);
	const char *bytes = VARDATA_ANY(code);
	size_t		len = VARSIZE_ANY_EXHDR(code);
	text	   *result = (text *) palloc(VARHDRSZ + len);
	char	   *to = VARDATA(result);

	for (size_t i = 0; i < len; i++)
	{
		if (bytes[i] != '.')
			*to++ = bytes[i];
	}
	SET_VARSIZE(result, to - (char *) result);
	PG_RETURN_TEXT_P(result);
}

/*-------------------------------------------------------------------------
 * The place in the tree
 *-------------------------------------------------------------------------
 */

PG_FUNCTION_INFO_V1(gov_unitcode_depth);
Datum
gov_unitcode_depth(PG_FUNCTION_ARGS)
{
	unitcode   *code = PG_GETARG_UNITCODE_PP(0);

	PG_RETURN_INT32(gov_code_depth(VARDATA_ANY(code), VARSIZE_ANY_EXHDR(code)));
}

PG_FUNCTION_INFO_V1(gov_unitcode_label);
Datum
gov_unitcode_label(PG_FUNCTION_ARGS)
{
	unitcode   *code = PG_GETARG_UNITCODE_PP(0);
	const char *bytes = VARDATA_ANY(code);
	size_t		len = VARSIZE_ANY_EXHDR(code);
	size_t		parent = gov_code_parent(bytes, len);
	size_t		start = parent == 0 ? 0 : parent + 1;

	PG_RETURN_TEXT_P(cstring_to_text_with_len(bytes + start, len - start));
}

PG_FUNCTION_INFO_V1(gov_unitcode_parent);
Datum
gov_unitcode_parent(PG_FUNCTION_ARGS)
{
	unitcode   *code = PG_GETARG_UNITCODE_PP(0);
	size_t		parent = gov_code_parent(VARDATA_ANY(code), VARSIZE_ANY_EXHDR(code));

	if (parent == 0)
		PG_RETURN_NULL();
	PG_RETURN_UNITCODE_P(gov_unitcode_make(VARDATA_ANY(code), parent));
}

PG_FUNCTION_INFO_V1(gov_unitcode_ancestor);
Datum
gov_unitcode_ancestor(PG_FUNCTION_ARGS)
{
	unitcode   *code = PG_GETARG_UNITCODE_PP(0);
	size_t		prefix = gov_code_prefix(VARDATA_ANY(code), VARSIZE_ANY_EXHDR(code),
										 PG_GETARG_INT32(1));

	if (prefix == 0)
		PG_RETURN_NULL();
	PG_RETURN_UNITCODE_P(gov_unitcode_make(VARDATA_ANY(code), prefix));
}

PG_FUNCTION_INFO_V1(gov_unitcode_ancestors);
Datum
gov_unitcode_ancestors(PG_FUNCTION_ARGS)
{
	unitcode   *code = PG_GETARG_UNITCODE_PP(0);
	Oid			type = get_element_type(get_func_rettype(fcinfo->flinfo->fn_oid));
	const char *bytes = VARDATA_ANY(code);
	size_t		len = VARSIZE_ANY_EXHDR(code);
	Datum		found[GOV_DEPTH_MAX];
	int			n = 0;

	for (size_t i = 0; i <= len && n < GOV_DEPTH_MAX; i++)
	{
		if (i == len || bytes[i] == '.')
			found[n++] = UnitcodePGetDatum(gov_unitcode_make(bytes, i));
	}
	PG_RETURN_ARRAYTYPE_P(construct_array(found, n, type, -1, false, TYPALIGN_INT));
}

PG_FUNCTION_INFO_V1(gov_unitcode_child);
Datum
gov_unitcode_child(PG_FUNCTION_ARGS)
{
	unitcode   *code = PG_GETARG_UNITCODE_PP(0);
	text	   *label = PG_GETARG_TEXT_PP(1);
	size_t		len = VARSIZE_ANY_EXHDR(code);
	size_t		label_len = VARSIZE_ANY_EXHDR(label);
	GovCodeError error;
	char	   *child;

	if (!gov_label_check(VARDATA_ANY(label), label_len, &error))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_TEXT_REPRESENTATION),
				 errmsg("invalid label for a child of unitcode \"%s\": \"%s\"",
						shown(VARDATA_ANY(code), len), shown(VARDATA_ANY(label), label_len)),
				 error.fault == GOV_CODE_EMPTY_LABEL ? errdetail("The label is empty.") :
				 error.fault == GOV_CODE_LONG_LABEL ?
				 errdetail("The label is %zu bytes long; at most %d are allowed.",
						   error.size, GOV_LABEL_MAX) :
				 fault_detail(VARDATA_ANY(label), label_len, &error),
				 fault_hint(VARDATA_ANY(label), &error)));

	child = palloc(len + 1 + label_len);
	memcpy(child, VARDATA_ANY(code), len);
	child[len] = '.';
	memcpy(child + len + 1, VARDATA_ANY(label), label_len);
	len += 1 + label_len;
	(void) gov_unitcode_check(child, len, ERRCODE_INVALID_TEXT_REPRESENTATION, NULL);
	PG_RETURN_UNITCODE_P(gov_unitcode_make(child, len));
}

/*
 * The first place after a unit's subtree in byte order, for range conditions.
 * It is no code of a unit: it has a '/' at its end. Nothing lies beneath such an
 * end, so it is its own; and so no unitcode grows without bound.
 */
PG_FUNCTION_INFO_V1(gov_unitcode_subtree_end);
Datum
gov_unitcode_subtree_end(PG_FUNCTION_ARGS)
{
	unitcode   *code = PG_GETARG_UNITCODE_PP(0);
	size_t		len = VARSIZE_ANY_EXHDR(code);
	unitcode   *result;

	if (gov_code_is_end(VARDATA_ANY(code), len))
		PG_RETURN_UNITCODE_P(code);
	result = (unitcode *) palloc(VARHDRSZ + len + 1);
	SET_VARSIZE(result, VARHDRSZ + len + 1);
	memcpy(VARDATA(result), VARDATA_ANY(code), len);
	VARDATA(result)[len] = '/';
	PG_RETURN_UNITCODE_P(result);
}

static bool
covers(unitcode *a, unitcode *b)
{
	return gov_code_covers(VARDATA_ANY(a), VARSIZE_ANY_EXHDR(a),
						   VARDATA_ANY(b), VARSIZE_ANY_EXHDR(b));
}

PG_FUNCTION_INFO_V1(gov_unitcode_is_ancestor);
Datum
gov_unitcode_is_ancestor(PG_FUNCTION_ARGS)
{
	PG_RETURN_BOOL(covers(PG_GETARG_UNITCODE_PP(0), PG_GETARG_UNITCODE_PP(1)));
}

PG_FUNCTION_INFO_V1(gov_unitcode_is_descendant);
Datum
gov_unitcode_is_descendant(PG_FUNCTION_ARGS)
{
	PG_RETURN_BOOL(covers(PG_GETARG_UNITCODE_PP(1), PG_GETARG_UNITCODE_PP(0)));
}

static size_t
common_length(unitcode *a, unitcode *b)
{
	return gov_code_common(VARDATA_ANY(a), VARSIZE_ANY_EXHDR(a),
						   VARDATA_ANY(b), VARSIZE_ANY_EXHDR(b));
}

PG_FUNCTION_INFO_V1(gov_unitcode_common_ancestor);
Datum
gov_unitcode_common_ancestor(PG_FUNCTION_ARGS)
{
	unitcode   *a = PG_GETARG_UNITCODE_PP(0);
	size_t		common = common_length(a, PG_GETARG_UNITCODE_PP(1));

	if (common == 0)
		PG_RETURN_NULL();
	PG_RETURN_UNITCODE_P(gov_unitcode_make(VARDATA_ANY(a), common));
}

/*
 * The aggregate common_ancestor. The state is text: NULL before the first code,
 * then what the codes so far have in common, and empty, for good, once that is
 * nothing. NULL codes are passed over.
 */
PG_FUNCTION_INFO_V1(gov_unitcode_common_combine);
Datum
gov_unitcode_common_combine(PG_FUNCTION_ARGS)
{
	text	   *state = PG_GETARG_TEXT_PP(0);
	size_t		common = common_length(state, PG_GETARG_UNITCODE_PP(1));

	/* The unchanged state goes back as it came, so that it need not be copied. */
	if (common == VARSIZE_ANY_EXHDR(state))
		PG_RETURN_DATUM(PG_GETARG_DATUM(0));
	PG_RETURN_TEXT_P(cstring_to_text_with_len(VARDATA_ANY(state), common));
}

PG_FUNCTION_INFO_V1(gov_unitcode_common_step);
Datum
gov_unitcode_common_step(PG_FUNCTION_ARGS)
{
	if (PG_ARGISNULL(0) && PG_ARGISNULL(1))
		PG_RETURN_NULL();
	if (PG_ARGISNULL(0))
		PG_RETURN_DATUM(PG_GETARG_DATUM(1));
	if (PG_ARGISNULL(1))
		PG_RETURN_DATUM(PG_GETARG_DATUM(0));
	return gov_unitcode_common_combine(fcinfo);
}

PG_FUNCTION_INFO_V1(gov_unitcode_common_final);
Datum
gov_unitcode_common_final(PG_FUNCTION_ARGS)
{
	text	   *state = PG_GETARG_TEXT_PP(0);
	size_t		len = VARSIZE_ANY_EXHDR(state);

	if (len == 0)
		PG_RETURN_NULL();
	(void) gov_unitcode_check(VARDATA_ANY(state), len,
							  ERRCODE_INVALID_TEXT_REPRESENTATION, NULL);
	PG_RETURN_UNITCODE_P(gov_unitcode_make(VARDATA_ANY(state), len));
}
