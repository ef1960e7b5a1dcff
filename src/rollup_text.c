/*
 * rollup_text.c
 *	  unit_rollup as text.
 *
 *	state	= "{" [ unit { "," unit } ] "}"
 *	unit	= code "=" count [ ":" sum [ ":" smallest ":" largest ] ] [ "@" weight ":" product ]
 *
 * The sum stands there if the count is not 0, smallest and largest if it is above 1.
 * Numbers are plain decimals whose digits behind the point give the scale; the three
 * of a unit have the same.  White space is allowed beside braces and commas.  Input
 * takes units in any order; output has them in that of their codes.
 */
#include "rollup.h"

#include "mb/pg_wchar.h"
#include "miscadmin.h"
#include "utils/builtins.h"
#include "utils/fmgrprotos.h"
#include "utils/memutils.h"

PG_FUNCTION_INFO_V1(gov_rollup_in);
PG_FUNCTION_INFO_V1(gov_rollup_out);

/* The functions below that return bool say false when they have reported an error. */
typedef struct scanner
{
	const char *text;
	const char *p;
	struct Node *escontext;
} scanner;

static bool
malformed(const scanner *s, const char *wanted)
{
	const char *found = *s->p == '\0' ? "the end" : psprintf("\"%.*s\"", pg_mblen(s->p), s->p);

	ereturn(s->escontext, false,
			(errcode(ERRCODE_INVALID_TEXT_REPRESENTATION),
			 errmsg("invalid input syntax for type unit_rollup"),
			 errdetail("At byte %d, %s was expected, not %s.",
					   (int) (s->p - s->text) + 1, wanted, found)));
}

static void
skip_space(scanner *s)
{
	while (*s->p == ' ' || *s->p == '\t' || *s->p == '\n' || *s->p == '\r')
		s->p++;
}

static bool
take(scanner *s, char c)
{
	if (*s->p != c)
		return false;
	s->p++;
	return true;
}

static bool
need(scanner *s, char c, const char *wanted)
{
	return take(s, c) || malformed(s, wanted);
}

static bool
scan_count(scanner *s, int64 *n)
{
	const char *start = s->p;

	*n = 0;
	while (*s->p >= '0' && *s->p <= '9' && s->p - start < 18)
		*n = *n * 10 + (*s->p++ - '0');
	if (s->p > start && !(*s->p >= '0' && *s->p <= '9'))
		return true;
	s->p = start;
	return malformed(s, "a count of at most 18 digits");
}

/* Has it more digits before the point, or behind it, than numeric holds? */
static bool
is_out_of_range(const char *text, size_t len, int scale)
{
	size_t		start = strspn(text, "-0");

	return scale > GOV_MAX_SCALE ||
		(start < len && strspn(text + start, "0123456789") > 4 * (GOV_MAX_WEIGHT + 1));
}

static bool
scan_amount(scanner *s, gov_amount *amount, int *scale, bool *wide)
{
	size_t		len = strspn(s->p, "-.0123456789");
	gov_int128	v;

	switch (gov_decimal_parse(s->p, len, &v, scale))
	{
		case GOV_PARSE_SMALL:
			amount->small = v;
			*wide = false;
			s->p += len;
			return true;
		case GOV_PARSE_WIDE:
			if (is_out_of_range(s->p, len, *scale))
				ereturn(s->escontext, false,
						(errcode(ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE),
						 errmsg("value overflows numeric format")));
			amount->wide = DatumGetNumeric(DirectFunctionCall3(numeric_in,
															   CStringGetDatum(pnstrdup(s->p, len)),
															   ObjectIdGetDatum(InvalidOid),
															   Int32GetDatum(-1)));
			*wide = true;
			s->p += len;
			return true;
		case GOV_PARSE_MALFORMED:
			break;
	}
	return malformed(s, "a decimal number");
}

static void
widen(gov_amount *amount, int scale, bool *wide)
{
	if (*wide)
		return;
	amount->wide = gov_numeric_make(amount->small, scale);
	*wide = true;
}

static bool
scan_values(scanner *s, gov_cell *cell)
{
	const char *start;
	int			scale = 0;
	bool		wide[3] = {false};
	int			other[2] = {0};

	if (!need(s, ':', "\":\"") || !scan_amount(s, &cell->sum, &scale, &wide[0]))
		return false;
	cell->scale = scale;
	cell->wide = wide[0];
	cell->minimum = cell->maximum = cell->sum;
	if (cell->n == 1)
		return true;
	start = s->p + 1;
	if (!need(s, ':', "\":\"") || !scan_amount(s, &cell->minimum, &other[0], &wide[1]) ||
		!need(s, ':', "\":\"") || !scan_amount(s, &cell->maximum, &other[1], &wide[2]))
		return false;
	if (other[0] != scale || other[1] != scale)
	{
		s->p = start;
		return malformed(s, "a smallest and a largest value with as many decimals as the sum");
	}
	cell->wide = wide[0] || wide[1] || wide[2];
	if (cell->wide)
	{
		widen(&cell->sum, scale, &wide[0]);
		widen(&cell->minimum, scale, &wide[1]);
		widen(&cell->maximum, scale, &wide[2]);
	}
	return true;
}

static bool
scan_weight(scanner *s, gov_weight *weight)
{
	int			scale = 0;
	int			product_scale = 0;
	bool		wide[2] = {false};

	if (!scan_amount(s, &weight->weight, &scale, &wide[0]) ||
		!need(s, ':', "\":\"") || !scan_amount(s, &weight->product, &product_scale, &wide[1]))
		return false;
	weight->present = true;
	weight->scale = scale;
	weight->product_scale = product_scale;
	weight->wide = wide[0] || wide[1];
	if (weight->wide)
	{
		widen(&weight->weight, scale, &wide[0]);
		widen(&weight->product, product_scale, &wide[1]);
	}
	return true;
}

static bool
scan_unit(scanner *s, gov_rollup *state)
{
	const char *code = s->p;
	int			len = (int) strcspn(code, "=,} \t\r\n");
	gov_cell	cell = {0};
	gov_weight	weight = {0};

	if (!gov_unitcode_check(code, len, ERRCODE_INVALID_TEXT_REPRESENTATION, s->escontext))
		return false;
	if (gov_rollup_occurs(state, code, len))
		ereturn(s->escontext, false,
				(errcode(ERRCODE_INVALID_TEXT_REPRESENTATION),
				 errmsg("invalid input syntax for type unit_rollup"),
				 errdetail("At byte %d, unit \"%.*s\" stands a second time.",
						   (int) (s->p - s->text) + 1, len, code)));
	s->p += len;
	if (!need(s, '=', "\"=\"") || !scan_count(s, &cell.n) ||
		(cell.n > 0 && !scan_values(s, &cell)) ||
		(take(s, '@') && !scan_weight(s, &weight)))
		return false;

	/* The check wants them as the bytes have them. */
	gov_cell_canonical(&cell);
	gov_weight_canonical(&weight);
	if (!gov_amounts_check(&cell, &weight, ERRCODE_INVALID_TEXT_REPRESENTATION, code, len, s->escontext))
		return false;
	gov_rollup_merge_cell(state, code, len, &cell, &weight);
	return true;
}

static bool
scan_state(scanner *s, gov_rollup *state)
{
	skip_space(s);
	if (!need(s, '{', "\"{\""))
		return false;
	skip_space(s);
	if (*s->p != '}')
	{
		do
		{
			skip_space(s);
			CHECK_FOR_INTERRUPTS();
			if (!scan_unit(s, state))
				return false;
			skip_space(s);
		} while (take(s, ','));
	}
	if (!need(s, '}', "\",\" or \"}\""))
		return false;
	skip_space(s);
	return *s->p == '\0' || malformed(s, "the end");
}

Datum
gov_rollup_in(PG_FUNCTION_ARGS)
{
	char	   *text = PG_GETARG_CSTRING(0);
	scanner		s = {text, text, fcinfo->context};
	gov_rollup *state = gov_rollup_create_alone(CurrentMemoryContext);
	struct varlena *flat = NULL;

	if (scan_state(&s, state))
		flat = gov_flat_write(state);
	MemoryContextDelete(gov_rollup_context(state));
	if (flat == NULL)
		PG_RETURN_NULL();
	PG_RETURN_POINTER(flat);
}

static void
print_amount(StringInfo out, char mark, gov_amount amount, int scale, bool wide)
{
	appendStringInfoChar(out, mark);
	if (wide)
	{
		Numeric		num = gov_amount_numeric(amount, scale, true);

		appendStringInfoString(out, DatumGetCString(DirectFunctionCall1(numeric_out, NumericGetDatum(num))));
		return;
	}
	enlargeStringInfo(out, gov_decimal_print_size(scale));
	out->len += gov_decimal_print(amount.small, scale, out->data + out->len);
	out->data[out->len] = '\0';
}

Datum
gov_rollup_out(PG_FUNCTION_ARGS)
{
	gov_reader	r;
	StringInfoData out;
	bool		first = true;

	initStringInfo(&out);
	appendStringInfoChar(&out, '{');
	gov_reader_begin(&r, PG_GETARG_DATUM(0));
	while (gov_reader_next(&r))
	{
		if (!first)
			appendStringInfoString(&out, ", ");
		first = false;
		appendBinaryStringInfo(&out, r.code, r.len);
		appendStringInfo(&out, "=" INT64_FORMAT, r.cell.n);
		if (r.cell.n > 0)
			print_amount(&out, ':', r.cell.sum, r.cell.scale, r.cell.wide);
		if (r.cell.n > 1)
		{
			print_amount(&out, ':', r.cell.minimum, r.cell.scale, r.cell.wide);
			print_amount(&out, ':', r.cell.maximum, r.cell.scale, r.cell.wide);
		}
		if (r.weight.present)
		{
			print_amount(&out, '@', r.weight.weight, r.weight.scale, r.weight.wide);
			print_amount(&out, ':', r.weight.product, r.weight.product_scale, r.weight.wide);
		}
	}
	gov_reader_end(&r);
	appendStringInfoChar(&out, '}');
	PG_RETURN_CSTRING(out.data);
}
