/*
 * allocation.c
 *	  The window function allocate(): reads a partition, has it apportioned
 *	  (allocation_parts.c), and gives each row its part.
 *
 * A partition is read and apportioned at its first row.  What remains until its last
 * is one number per row.
 */
#include "governance.h"

#include "access/htup_details.h"
#include "catalog/pg_enum.h"
#include "lib/stringinfo.h"
#include "miscadmin.h"
#include "utils/builtins.h"
#include "utils/memutils.h"
#include "utils/syscache.h"
#include "windowapi.h"

#include "allocation_quanta.h"

/* How many of the bounds that bind an error message names. */
#define SHOWN_BOUNDS 4

enum argument
{
	TOTAL,
	WEIGHT,
	FLOOR,
	CAP,
	QUANTUM,
	METHOD,
	ARGUMENTS
};

static const char *const name_of[] = {"total", "weight", "floor", "cap", "quantum", "method"};

/* Until the partition's last row. */
typedef struct Partition
{
	bool		ready;
	bool		nothing;		/* the total is NULL */
	int			part_width;
	gov_limb   *part;
	gov_quantum quantum;
} Partition;

/* The weights as numeric's digits, until their common exponent is known. */
typedef struct Tape
{
	int16	   *item;			/* of each row: exponent, number of digits, digits */
	Size		used;
	Size		room;
	int			low;			/* exponents of the last and behind the first digit */
	int			high;
	bool		any;
} Tape;

typedef struct Reader
{
	WindowObject window;
	FmgrInfo   *flinfo;
	int64		rows;
	bool		stable[ARGUMENTS];
	Datum		first[ARGUMENTS];	/* of the first row, or of all rows if stable */
	bool		null[ARGUMENTS];
	MemoryContext row_context;

	Partition  *partition;
	gov_allocation allocation;
	gov_limb   *floor;
	gov_limb   *cap;
	bool		small;			/* total in quanta is this: */
	gov_uint128 total_value;
	Tape		tape;
} Reader;

static char *
text_of(Datum number)
{
	return DatumGetCString(DirectFunctionCall1(numeric_out, number));
}

static struct varlena *
varlena_of(Datum number)
{
	return PG_DETOAST_DATUM_PACKED(number);
}

static int
compare(Datum a, Datum b)
{
	return DatumGetInt32(DirectFunctionCall2(numeric_cmp, a, b));
}

/*-------------------------------------------------------------------------
 * Arguments
 *-------------------------------------------------------------------------
 */

/*
 * An argument in some row.  It may lie in a slot that the next call empties.  Rows are
 * asked for in order, so that a partition on disk is read forwards.
 */
static Datum
get_argument(Reader *r, enum argument argument, int64 row, bool *isnull)
{
	bool		isout;

	if (r->stable[argument])
	{
		*isnull = r->null[argument];
		return r->first[argument];
	}
	return WinGetFuncArgInPartition(r->window, argument, row, WINDOW_SEEK_HEAD, false, isnull, &isout);
}

static void
keep_first(Reader *r, enum argument argument)
{
	r->stable[argument] = false;
	r->first[argument] = get_argument(r, argument, 0, &r->null[argument]);
	if (!r->null[argument] && argument != METHOD)
		r->first[argument] = PointerGetDatum(PG_DETOAST_DATUM_COPY(r->first[argument]));
	r->stable[argument] = get_fn_expr_arg_stable(r->flinfo, argument);
}

static void
refuse_null(enum argument argument, int64 row)
{
	ereport(ERROR,
			(errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED),
			 errmsg("%s of row %lld of the partition is null", name_of[argument], (long long) row + 1),
			 argument == WEIGHT ?
			 errdetail("What the other rows receive depends on every weight.") : 0,
			 argument == WEIGHT ?
			 errhint("Leave the row out by WHERE, or give it the weight 0: it then receives its floor.") : 0));
}

static void
refuse_special(enum argument argument, Datum value, int64 row)
{
	ereport(ERROR,
			(errcode(ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE),
			 errmsg("%s of row %lld of the partition is %s", name_of[argument], (long long) row + 1, text_of(value)),
			 errdetail("Parts sum exactly to the total, so that all amounts must be finite.")));
}

static void
refuse_negative(enum argument argument, Datum value, int64 row)
{
	ereport(ERROR,
			(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
			 errmsg("%s of row %lld of the partition is negative: %s", name_of[argument], (long long) row + 1, text_of(value)),
			 argument == TOTAL ? errhint("Allocate its size, and turn the sign of the parts.") : 0));
}

/* Finite and not negative. */
static void
check_amount(enum argument argument, Datum value, int64 row)
{
	Numeric		num = (Numeric) varlena_of(value);
	bool		negative;
	int			weight;

	if (gov_numeric_is_special((struct varlena *) num))
		refuse_special(argument, value, row);
	if (gov_numeric_digits(num, &weight, &negative) > 0 && negative)
		refuse_negative(argument, value, row);
}

/* What belongs to the partition as a whole is the same in every row. */
static void
check_same(Reader *r, enum argument argument, int64 row)
{
	bool		null;
	Datum		value;
	char	   *ours;
	char	   *theirs;

	if (r->stable[argument])
		return;
	value = get_argument(r, argument, row, &null);
	if (null && r->null[argument])
		return;
	if (!null && !r->null[argument] &&
		(argument == METHOD ? value == r->first[argument] : compare(value, r->first[argument]) == 0))
		return;
	if (argument == METHOD)
	{
		ours = DatumGetCString(DirectFunctionCall1(enum_out, r->first[argument]));
		theirs = null ? "null" : DatumGetCString(DirectFunctionCall1(enum_out, value));
	}
	else
	{
		ours = r->null[argument] ? "null" : text_of(r->first[argument]);
		theirs = null ? "null" : text_of(value);
	}
	ereport(ERROR,
			(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
			 errmsg("%s differs within a partition: %s and %s", name_of[argument], ours, theirs),
			 errdetail("They stand in rows 1 and %lld.", (long long) row + 1),
			 errhint("Let PARTITION BY name all that the %s depends on.", name_of[argument])));
}

static gov_method
method_of(Oid value)
{
	HeapTuple	tuple = SearchSysCache1(ENUMOID, ObjectIdGetDatum(value));
	const char *label;
	gov_method	method = GOV_LARGEST_REMAINDER;

	if (!HeapTupleIsValid(tuple))
		elog(ERROR, "cache lookup failed for enum value %u", value);
	label = NameStr(((Form_pg_enum) GETSTRUCT(tuple))->enumlabel);
	if (strcmp(label, "dhondt") == 0)
		method = GOV_DHONDT;
	else if (strcmp(label, "sainte_lague") == 0)
		method = GOV_SAINTE_LAGUE;
	else if (strcmp(label, "huntington_hill") == 0)
		method = GOV_HUNTINGTON_HILL;
	else if (strcmp(label, "largest_remainder") != 0)
		elog(ERROR, "unknown method of allocation \"%s\"", label);
	ReleaseSysCache(tuple);
	return method;
}

/* An array of numbers, one per row. */
static gov_limb *
get_numbers(Reader *r, int width, MemoryContext context)
{
	Size		size = (Size) r->rows * width * sizeof(gov_limb);

	if (size > MaxAllocSize)
		ereport(ERROR,
				(errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
				 errmsg("allocation of a partition of %lld rows needs more than 1 GB", (long long) r->rows),
				 errdetail("Each row takes numbers of %d digits.", (int) (width * INT64CONST(19266) / 1000)),
				 errhint("Round the weights, or partition.")));
	return MemoryContextAllocZero(context, size);
}

/*-------------------------------------------------------------------------
 * Reading a partition
 *-------------------------------------------------------------------------
 */

/* Quantum, total and method. */
static void
read_settings(Reader *r)
{
	Partition  *p = r->partition;
	gov_allocation *a = &r->allocation;
	Datum		total = r->first[TOTAL];
	Datum		quanta = (Datum) 0;
	bool		rest;

	if (r->null[QUANTUM])
		refuse_null(QUANTUM, 0);
	if (r->null[METHOD])
		refuse_null(METHOD, 0);
	check_amount(TOTAL, total, 0);
	check_amount(QUANTUM, r->first[QUANTUM], 0);
	a->method = method_of(DatumGetObjectId(r->first[METHOD]));

	gov_quantum_set(&p->quantum, r->first[QUANTUM], GetMemoryChunkContext(p));
	if (p->quantum.small && p->quantum.value == 0)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("quantum of an allocation is zero"),
				 errhint("The quantum is the amount of which all parts are multiples, such as 1 or 0.01.")));

	r->small = gov_small_quanta(&p->quantum, (struct varlena *) DatumGetPointer(total), &r->total_value, &rest);
	if (!r->small)
	{
		Datum		mod = DirectFunctionCall2(numeric_mod, total, r->first[QUANTUM]);

		rest = compare(mod, NumericGetDatum(int64_to_numeric(0))) != 0;
		quanta = DirectFunctionCall2(numeric_div_trunc, total, r->first[QUANTUM]);
	}
	if (rest)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("total %s is no multiple of the quantum %s", text_of(total), text_of(r->first[QUANTUM])),
				 errdetail("%s would be left over.",
						   text_of(DirectFunctionCall2(numeric_mod, total, r->first[QUANTUM]))),
				 errhint("Round the total, or take a finer quantum.")));

	/* Three bits more than the total. */
	if (r->small)
		p->part_width = r->total_value >> 61 == 0 ? 1 : r->total_value >> 125 == 0 ? 2 : 3;
	else
		p->part_width = gov_whole_number(quanta, NULL, 0) + 1;
	a->part_width = p->part_width;
	a->total = palloc(a->part_width * sizeof(gov_limb));
	if (r->small)
		gov_store_small((gov_limb *) a->total, a->part_width, r->total_value);
	else
		gov_whole_number(quanta, (gov_limb *) a->total, a->part_width);
}

static void
append_item(Tape *tape, const int16 *items, int count)
{
	while (tape->used + count > tape->room)
	{
		tape->room *= 2;
		tape->item = repalloc_huge(tape->item, tape->room * sizeof(int16));
	}
	memcpy(tape->item + tape->used, items, count * sizeof(int16));
	tape->used += count;
}

static void
read_weight(Reader *r, int64 row)
{
	Tape	   *tape = &r->tape;
	bool		null;
	Datum		value = get_argument(r, WEIGHT, row, &null);
	Numeric		num;
	int			weight;
	bool		negative;
	int			ndigits;
	int16		head[2];
	int16	   *digits;
	int16		few[16];

	if (null)
		refuse_null(WEIGHT, row);
	check_amount(WEIGHT, value, row);
	num = (Numeric) varlena_of(value);
	ndigits = gov_numeric_digits(num, &weight, &negative);
	if (ndigits > 0)
	{
		int			low = weight - ndigits + 1;

		tape->low = tape->any ? Min(tape->low, low) : low;
		tape->high = tape->any ? Max(tape->high, weight + 1) : weight + 1;
		tape->any = true;
	}
	head[0] = (int16) (ndigits > 0 ? weight - ndigits + 1 : 0);
	head[1] = (int16) (uint16) ndigits;
	append_item(tape, head, 2);
	digits = ndigits <= 16 ? few : palloc(ndigits * sizeof(int16));
	gov_numeric_copy_digits(num, digits);
	append_item(tape, digits, ndigits);
}

/*
 * A floor or a cap in quanta.  Parts are multiples of the quantum, so a floor
 * between two of them asks for the upper, and a cap admits the lower.
 */
static void
read_bound(Reader *r, enum argument argument, int64 row, gov_limb *room)
{
	const gov_allocation *a = &r->allocation;
	bool		null;
	Datum		value = get_argument(r, argument, row, &null);
	gov_uint128 quanta;
	bool		rest;
	bool		above;
	Datum		whole;

	if (null && argument == FLOOR)
		refuse_null(argument, row);
	if (null || (argument == CAP && gov_numeric_is_infinity(varlena_of(value))))
	{
		memcpy(room, a->total, a->part_width * sizeof(gov_limb));
		return;
	}
	check_amount(argument, value, row);
	if (r->small && gov_small_quanta(&r->partition->quantum, varlena_of(value), &quanta, &rest))
	{
		quanta += argument == FLOOR && rest;
		above = quanta > r->total_value;
		gov_store_small(room, a->part_width, above ? r->total_value : quanta);
	}
	else
	{
		above = compare(value, r->first[TOTAL]) > 0;
		whole = DirectFunctionCall2(numeric_div_trunc, above ? r->first[TOTAL] : value, r->first[QUANTUM]);
		gov_whole_number(whole, room, a->part_width);
		if (argument == FLOOR && !above &&
			compare(DirectFunctionCall2(numeric_mod, value, r->first[QUANTUM]), NumericGetDatum(int64_to_numeric(0))) != 0)
			gov_natural_add_limb(room, a->part_width, 1);
	}
	if (above && argument == FLOOR)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("floor %s of row %lld of the partition is above the total %s",
						text_of(value), (long long) row + 1, text_of(r->first[TOTAL])),
				 errdetail("It is %s above.", text_of(DirectFunctionCall2(numeric_sub, value, r->first[TOTAL])))));
}

static void
check_crossing(Reader *r, int64 row, const gov_limb *floor, const gov_limb *cap)
{
	int			width = r->allocation.part_width;
	Datum		least;
	Datum		most;

	if (floor == NULL || gov_natural_compare(floor, width, cap, width) <= 0)
		return;
	least = gov_quanta_amount(&r->partition->quantum, floor, width);
	most = gov_quanta_amount(&r->partition->quantum, cap, width);
	ereport(ERROR,
			(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
			 errmsg("floor of row %lld of the partition is above its cap", (long long) row + 1),
			 errdetail("In multiples of the quantum %s the part is at least %s and at most %s: %s too little.",
					   text_of(r->first[QUANTUM]), text_of(least), text_of(most),
					   text_of(DirectFunctionCall2(numeric_sub, least, most)))));
}

/* The weights' digits become numbers: multiples of one power of 10000. */
static gov_limb *
weights_of(Reader *r)
{
	Tape	   *tape = &r->tape;
	int			width = tape->any ? gov_width_of_groups(tape->high - tape->low) : 1;
	gov_limb   *weights = get_numbers(r, width, CurrentMemoryContext);
	const int16 *item = tape->item;

	for (int64 row = 0; row < r->rows; row++)
	{
		int			exponent = item[0];
		int			ndigits = (uint16) item[1];

		CHECK_FOR_INTERRUPTS();
		gov_append_digits(weights + row * width, width, item + 2, ndigits, ndigits == 0 ? 0 : exponent - tape->low);
		item += 2 + ndigits;
	}
	r->allocation.weight_width = width;
	pfree(tape->item);
	return weights;
}

static void
read_rows(Reader *r)
{
	gov_allocation *a = &r->allocation;
	int			width = a->part_width;
	MemoryContext work = CurrentMemoryContext;

	/* A floor of zero and a cap that is none, by default or constant, take no memory. */
	if (!(r->stable[FLOOR] && !r->null[FLOOR] && compare(r->first[FLOOR], NumericGetDatum(int64_to_numeric(0))) == 0))
		r->floor = get_numbers(r, width, work);
	if (!(r->stable[CAP] && r->null[CAP]))
		r->cap = get_numbers(r, width, work);

	r->tape.room = Max(64, 4 * r->rows);
	r->tape.item = MemoryContextAllocHuge(work, r->tape.room * sizeof(int16));
	for (int64 row = 0; row < r->rows; row++)
	{
		gov_limb   *floor = r->floor ? r->floor + row * width : NULL;
		gov_limb   *cap = r->cap ? r->cap + row * width : NULL;

		CHECK_FOR_INTERRUPTS();
		MemoryContextSwitchTo(r->row_context);
		check_same(r, TOTAL, row);
		check_same(r, QUANTUM, row);
		check_same(r, METHOD, row);
		read_weight(r, row);
		if (floor)
			read_bound(r, FLOOR, row, floor);
		if (cap)
		{
			read_bound(r, CAP, row, cap);
			check_crossing(r, row, floor, cap);
		}
		MemoryContextSwitchTo(work);
		MemoryContextReset(r->row_context);
	}
	a->rows = r->rows;
	a->weight = weights_of(r);
	a->floor = r->floor;
	a->cap = r->cap;
}

/*-------------------------------------------------------------------------
 * Apportioning it
 *-------------------------------------------------------------------------
 */

static void *
get_memory(size_t size)
{
	return MemoryContextAllocHuge(CurrentMemoryContext, Max(size, 1));
}

static void
poll_interrupts(void)
{
	CHECK_FOR_INTERRUPTS();
}

static bool
has_weight(const gov_allocation *a, Size row)
{
	return !gov_natural_is_zero(a->weight + row * a->weight_width, a->weight_width);
}

/* Which bounds bind: the largest floors, or the smallest caps. */
static char *
list_bounds(Reader *r, const gov_limb *bound, bool caps)
{
	const gov_allocation *a = &r->allocation;
	int			width = a->part_width;
	Size		listed[SHOWN_BOUNDS];
	int			count = 0;
	StringInfoData text;

	for (Size row = 0; row < a->rows; row++)
	{
		const gov_limb *ours = bound + row * width;
		int			place = count;

		if (caps ? !has_weight(a, row) : gov_natural_is_zero(ours, width))
			continue;
		for (; place > 0; place--)
		{
			int			order = gov_natural_compare(ours, width, bound + listed[place - 1] * width, width);

			if (caps ? order >= 0 : order <= 0)
				break;
			if (place < SHOWN_BOUNDS)
				listed[place] = listed[place - 1];
		}
		if (place < SHOWN_BOUNDS)
		{
			listed[place] = row;
			count = Min(count + 1, SHOWN_BOUNDS);
		}
	}
	initStringInfo(&text);
	for (int i = 0; i < count; i++)
		appendStringInfo(&text, "%srow %lld: %s", i > 0 ? ", " : "", (long long) listed[i] + 1,
						 text_of(gov_quanta_amount(&r->partition->quantum, bound + listed[i] * width, width)));
	if (count < a->binding)
		appendStringInfoString(&text, ", ...");
	return text.data;
}

/* Is something of what is placed the floor of a row that weighs nothing? */
static bool
has_idle_floor(const gov_allocation *a)
{
	for (Size row = 0; a->floor && row < a->rows; row++)
		if (!has_weight(a, row) && !gov_natural_is_zero(a->floor + row * a->part_width, a->part_width))
			return true;
	return false;
}

static void
refuse_bounds(Reader *r, gov_outcome outcome)
{
	gov_allocation *a = &r->allocation;
	Datum		total = r->first[TOTAL];
	Datum		placed = gov_quanta_amount(&r->partition->quantum, a->placed, a->part_width + 1);
	char	   *away = text_of(outcome == GOV_FLOORS_BIND ? DirectFunctionCall2(numeric_sub, placed, total)
							   : DirectFunctionCall2(numeric_sub, total, placed));

	if (outcome == GOV_FLOORS_BIND)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("floors are above the total %s", text_of(total)),
				 errdetail("Floors (%s) sum to %s, which is %s too much.",
						   list_bounds(r, a->floor, false), text_of(placed), away)));
	if (outcome == GOV_CAPS_BIND)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("caps are below the total %s", text_of(total)),
				 errdetail("Caps (%s)%s sum to %s, which is %s too little.", list_bounds(r, a->cap, true),
						   has_idle_floor(a) ? " and the floors of rows of weight 0" : "", text_of(placed), away)));
	ereport(ERROR,
			(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
			 errmsg("nobody has a weight to receive %s of the total %s", away, text_of(total)),
			 errdetail("The weights of all %lld rows of the partition are 0.", (long long) r->rows)));
}

static void
apportion(FunctionCallInfo fcinfo, Partition *p)
{
	Reader		r = {.window = PG_WINDOW_OBJECT(), .flinfo = fcinfo->flinfo, .partition = p};
	MemoryContext caller = CurrentMemoryContext;
	MemoryContext work = AllocSetContextCreate(caller, "allocate", ALLOCSET_DEFAULT_SIZES);
	gov_outcome outcome;

	MemoryContextSwitchTo(work);
	r.row_context = AllocSetContextCreate(work, "allocate, a row", ALLOCSET_SMALL_SIZES);
	r.rows = WinGetPartitionRowCount(r.window);
	for (int i = 0; i < ARGUMENTS; i++)
		keep_first(&r, i);
	if (r.null[TOTAL])
	{
		for (int64 row = 1; row < r.rows; row++)
			check_same(&r, TOTAL, row);
		p->nothing = true;
	}
	else
	{
		read_settings(&r);
		read_rows(&r);
		p->part = get_numbers(&r, p->part_width, GetMemoryChunkContext(p));
		r.allocation.part = p->part;
		r.allocation.placed = palloc((p->part_width + 1) * sizeof(gov_limb));
		r.allocation.get = get_memory;
		r.allocation.poll = poll_interrupts;
		outcome = gov_allocate(&r.allocation);
		if (outcome != GOV_ALLOCATED)
			refuse_bounds(&r, outcome);
	}
	p->ready = true;
	MemoryContextSwitchTo(caller);
	MemoryContextDelete(work);

	/* No row is read again. */
	WinSetMarkPosition(r.window, r.rows - 1);
}

PG_FUNCTION_INFO_V1(gov_allocate_window);
Datum
gov_allocate_window(PG_FUNCTION_ARGS)
{
	WindowObject window = PG_WINDOW_OBJECT();
	Partition  *p = WinGetPartitionLocalMemory(window, sizeof(Partition));

	if (!p->ready)
		apportion(fcinfo, p);
	if (p->nothing)
		PG_RETURN_NULL();
	PG_RETURN_DATUM(gov_quanta_amount(&p->quantum, p->part + WinGetCurrentPosition(window) * p->part_width, p->part_width));
}
