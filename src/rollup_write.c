/*
 * rollup_write.c
 *	  Writes unit_rollup in bytes (rollup_flat.c says how they look), and merges such.
 */
#include "rollup.h"

#include "miscadmin.h"
#include "utils/memutils.h"

#include "large.h"

/* Units asked for before they are written. */
#define AHEAD			16

typedef struct writer
{
	char	   *data;			/* with room for a varlena header */
	Size		len;
	Size		size;
} writer;

static unsigned char *
reserve(writer *w, Size more)
{
	if (w->len + more > w->size)
	{
		Size		size = w->size;

		while (w->len + more > size)
			size *= 2;
		if (w->len + more > MaxAllocSize)
			ereport(ERROR,
					(errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
					 errmsg("unit_rollup is larger than 1 GB"),
					 errdetail("A value of PostgreSQL cannot be larger."),
					 errhint("Roll up fewer units in a group, for example one tree at a time.")));
		w->size = Min(size, MaxAllocSize);
		w->data = repalloc(w->data, w->size);
	}
	return (unsigned char *) w->data + w->len;
}

static void
put_wide(writer *w, Numeric num)
{
	int			weight;
	bool		negative;
	int			ndigits = gov_numeric_digits(num, &weight, &negative);
	int16	   *digits = palloc((ndigits + 1) * sizeof(int16));
	unsigned char *p = reserve(w, 1 + 2 * GOV_VARINT_SIZE + 2 * (Size) ndigits);
	unsigned char *start = p;

	gov_numeric_copy_digits(num, digits);
	*p++ = negative;
	p += gov_varint_put(p, weight < 0 ? -2 * (int64) weight - 1 : 2 * (int64) weight);
	p += gov_varint_put(p, ndigits);
	for (int i = 0; i < ndigits; i++)
	{
		*p++ = digits[i] >> 8;
		*p++ = digits[i] & 0xff;
	}
	w->len += p - start;
	pfree(digits);
}

static void
put_amount(writer *w, gov_amount amount, bool wide)
{
	if (wide)
		put_wide(w, amount.wide);
	else
		w->len += gov_decimal_put(reserve(w, GOV_DECIMAL_SIZE), amount.small);
}

static void
put_varint(writer *w, uint64 v)
{
	w->len += gov_varint_put(reserve(w, GOV_VARINT_SIZE), v);
}

/* A code, which becomes the previous one. */
static void
put_code(writer *w, const char *code, int len, char *previous, int *previous_len)
{
	int			shared = 0;

	while (shared < len && shared < *previous_len && code[shared] == previous[shared])
		shared++;
	put_varint(w, shared);
	put_varint(w, len - shared);
	memcpy(reserve(w, len - shared), code + shared, len - shared);
	w->len += len - shared;
	memcpy(previous + shared, code + shared, len - shared);
	*previous_len = len;
}

static void
put_unit(writer *w, const gov_cell *cell, const gov_weight *weight)
{
	uint64		head = (uint64) cell->n << GOV_HEAD_BITS;

	Assert((uint64) cell->n <= GOV_COUNT_MAX);	/* gov_cell_merge() sees to it */
	if (cell->n > 0 && cell->wide)
		head |= GOV_HEAD_VALUES_WIDE;
	if (weight->present)
		head |= GOV_HEAD_WEIGHTED | (weight->wide ? GOV_HEAD_WEIGHTS_WIDE : 0);
	put_varint(w, head);
	if (cell->n > 0)
	{
		put_varint(w, cell->scale);
		put_amount(w, cell->sum, cell->wide);
	}
	if (cell->n > 1)
	{
		put_amount(w, cell->minimum, cell->wide);
		put_amount(w, cell->maximum, cell->wide);
	}
	if (weight->present)
	{
		put_varint(w, weight->scale);
		put_amount(w, weight->weight, weight->wide);
		put_varint(w, weight->product_scale);
		put_amount(w, weight->product, weight->wide);
	}
}

/* The flat form of what stands in a state's places, in the current context. */
struct varlena *
gov_flat_write(gov_rollup *state)
{
	writer		w;
	uint32		count;
	uint32	   *order = gov_rollup_positions(state, &count, true);
	char		previous[GOV_CODE_MAX];
	int			previous_len = 0;

	w.size = Min(MaxAllocSize, 64 + (Size) count * 16);
	w.data = gov_large_alloc(CurrentMemoryContext, w.size);
	w.len = VARHDRSZ;
	*reserve(&w, 1) = GOV_FLAT_VERSION;
	w.len++;
	put_varint(&w, count);
	for (uint32 i = 0; i < count; i++)
	{
		gov_cell	cell;
		gov_weight	weight;
		int			len;
		const char *code = gov_rollup_get(state, order[i], &len, &cell, &weight);

		if (i % 4096 == 0)
			CHECK_FOR_INTERRUPTS();
		if (i + 2 * AHEAD < count)
			gov_rollup_prefetch_position(state, order[i + 2 * AHEAD]);
		if (i + AHEAD < count)
			gov_rollup_prefetch_code(state, order[i + AHEAD]);
		put_code(&w, code, len, previous, &previous_len);
		put_unit(&w, &cell, &weight);
	}
	pfree(order);
	SET_VARSIZE(w.data, w.len);
	return (struct varlena *) w.data;
}

/* ---------- merging ---------- */

/* The first code that any of the readers is at; GOV_NO_UNIT if all are at their end. */
static uint32
first_code(const gov_reader *readers, const bool *more, uint32 n)
{
	uint32		first = GOV_NO_UNIT;

	for (uint32 i = 0; i < n; i++)
		if (more[i] && (first == GOV_NO_UNIT ||
						gov_code_compare(readers[i].code, readers[i].len,
										 readers[first].code, readers[first].len) < 0))
			first = i;
	return first;
}

/*
 * The amounts of the unit that reader number first is at, from all that are at it, which
 * go on.  Those of one only are copied as they are.
 */
static void
merge_unit(writer *w, gov_reader *readers, bool *more, uint32 n, uint32 first, const char *code, int len)
{
	gov_cell	cell = {0};
	gov_weight	weight = {0};
	uint32		others = first + 1;
	const unsigned char *start;

	while (others < n && !(more[others] && readers[others].len == len &&
						   memcmp(readers[others].code, code, len) == 0))
		others++;
	if (others == n)
	{
		start = readers[first].p;
		gov_reader_skip(&readers[first]);
		memcpy(reserve(w, readers[first].p - start), start, readers[first].p - start);
		w->len += readers[first].p - start;
		more[first] = gov_reader_code(&readers[first]);
		return;
	}
	for (uint32 i = first; i < n; i++)
	{
		if (!more[i] || readers[i].len != len || memcmp(readers[i].code, code, len) != 0)
			continue;
		gov_reader_amounts(&readers[i]);
		if (!gov_cell_merge(&cell, &readers[i].cell, CurrentMemoryContext))
			gov_cell_refuse_count(code, len);
		gov_weight_merge(&weight, &readers[i].weight, CurrentMemoryContext);
		more[i] = gov_reader_code(&readers[i]);
	}
	gov_cell_canonical(&cell);
	gov_weight_canonical(&weight);
	put_unit(w, &cell, &weight);
}

/*
 * The sum of flat states, in the current context.  They are walked side by side, so no
 * memory is met at random, as it is when a large state is taken up unit by unit.
 */
struct varlena *
gov_flat_merge(struct varlena **parts, uint32 n)
{
	MemoryContext context = AllocSetContextCreate(CurrentMemoryContext, "unit_rollup merge",
												  ALLOCSET_DEFAULT_SIZES);
	MemoryContext old;
	gov_reader *readers = MemoryContextAlloc(context, n * sizeof(gov_reader));
	bool	   *more = MemoryContextAlloc(context, n * sizeof(bool));
	MemoryContext per_unit = AllocSetContextCreate(context, "unit_rollup merge unit",
												   ALLOCSET_DEFAULT_SIZES);
	char		code[GOV_CODE_MAX];
	int			len = 0;
	uint32		count = 0;
	uint32		first;
	writer		w = {NULL, VARHDRSZ + 1 + GOV_VARINT_SIZE, VARHDRSZ + 1 + GOV_VARINT_SIZE};
	unsigned char *p;
	Size		gap;

	for (uint32 i = 0; i < n; i++)
	{
		gov_reader_begin(&readers[i], PointerGetDatum(parts[i]));
		more[i] = gov_reader_code(&readers[i]);
		w.size += VARSIZE_ANY_EXHDR(parts[i]);
	}
	w.size = Min(w.size, MaxAllocSize);
	w.data = gov_large_alloc(CurrentMemoryContext, w.size);
	old = MemoryContextSwitchTo(per_unit);
	while ((first = first_code(readers, more, n)) != GOV_NO_UNIT)
	{
		put_code(&w, readers[first].code, readers[first].len, code, &len);
		merge_unit(&w, readers, more, n, first, code, len);
		if (++count % 256 == 0)
			MemoryContextReset(per_unit);
	}
	MemoryContextSwitchTo(old);

	/* Now that the count is known, it stands before the units. */
	p = (unsigned char *) VARDATA(w.data);
	*p++ = GOV_FLAT_VERSION;
	gap = GOV_VARINT_SIZE - gov_varint_put(p, count);
	p += GOV_VARINT_SIZE - gap;
	memmove(p, p + gap, w.len - (p + gap - (unsigned char *) w.data));
	SET_VARSIZE(w.data, w.len - gap);
	MemoryContextDelete(context);
	return (struct varlena *) w.data;
}
