/*
 * rollup_state.c
 *	  The state of unit_rollup: an expanded object that holds a place for every unit
 *	  that occurs, of its own rows only; ancestors are added up when it is read.
 *
 * The places of a sparse state are a hash table with open addressing by the unit's
 * number; one of few units is searched from its beginning.  A state that knows a
 * quarter of its dictionary's units becomes dense: the place of unit i is the i-th, so
 * that a row finds it with one miss of the cache.  If the dictionary then grows without
 * it, it becomes sparse again.  So memory is in proportion to the state's own units.
 *
 * A place is half a cache line.  It holds the amounts itself while they fit into 64
 * bits, the count into 24 and the scale into 8; beyond that it points to a gov_cell.
 * Headroom: a sum in a place is added to with a check for overflow; one in a gov_cell
 * that leaves 126 bits makes it wide, that is, of numerics.  So no limit on counts or
 * values is needed to be exact.
 *
 * A value's scale may be below its unit's: it is then multiplied up.  If it is above,
 * the unit's amounts are.  Scales are per unit, so that one of many decimals costs only
 * itself.
 */
#include "rollup.h"

#include "common/hashfn.h"
#include "miscadmin.h"
#include "port/pg_bitutils.h"
#include "utils/memutils.h"

#include "large.h"

#define MAGIC			0x726f6c6c
#define LINE			64
#define FIRST_PLACES	2
#define ALIGNED_PLACES	256		/* fewer are not worth the room that aligning takes */
#define LINEAR_PLACES	8		/* so many are searched one by one */
#define DENSE_PLACES	256		/* fewer never become dense, */
#define DENSE_ENTER		4		/* nor do those of less than this part of the dictionary */
#define DENSE_LEAVE		8		/* and those of less than this part of it cease to be when they grow */
#define SCATTERED		256		/* units of less than this part of the dictionary are sorted by code, not by rank */
#define MAX_PARTS		8
#define PART_UNITS		10000	/* flat states of fewer are taken up at once */
#define CELLS			128		/* cells allocated at once, at most */

#define PLACE_COUNT_MAX	((1 << 24) - 1)
#define PLACE_SCALE_MAX	((1 << 8) - 1)

typedef struct place
{
	union
	{
		int64		sum;
		gov_cell   *cell;		/* if it is apart */
	}			own;
	int64		minimum;
	int64		maximum;
	uint32		unit1:31;		/* the unit's number plus one; 0 if nobody is here */
	uint32		apart:1;
	uint32		n:24;
	uint32		scale:8;
} place;

StaticAssertDecl(sizeof(place) == LINE / 2, "two places must fill a cache line");

struct gov_rollup
{
	ExpandedObjectHeader header;
	int			magic;
	uint32		salt;			/* of the hash */
	gov_tree   *tree;
	gov_queue  *queue;			/* of values not yet in their places; NULL if alone */
	uint32		nunits;
	uint32		capacity;		/* places; a power of two if it is sparse */
	bool		dense;
	int			shift;			/* of the hash, so that it is below the capacity */
	place	   *places;			/* aligned to a cache line if they are many */
	void	   *chunk;			/* what holds them; NULL if the state itself does */
	gov_weight *weights;		/* one per place once there is any */
	gov_cell   *cells;			/* the next of those allocated for places apart */
	uint32		cells_left;
	uint32		cells_next;		/* how many to allocate next */
	struct varlena **parts;		/* large flat states that are to be added; NULL if there were none */
	uint32		nparts;
	struct varlena *flat;		/* the flat form, if it was asked for and holds */
	place		first_places[FIRST_PLACES]; /* very small groups need nothing else */
};

static Size flat_size(ExpandedObjectHeader *header);
static void flatten(ExpandedObjectHeader *header, void *result, Size size);

static const ExpandedObjectMethods methods = {flat_size, flatten};

static inline MemoryContext
own_context(const gov_rollup *state)
{
	return state->header.eoh_context;
}

/*
 * A state in that context, which it may share with others, and which holds the tree.
 *
 * Every state hashes in its own way: else the units of one, met in the order of their
 * places, would all crowd at the beginning of another.
 */
gov_rollup *
gov_rollup_create(MemoryContext context, gov_tree *tree, gov_queue *queue)
{
	static uint32 states = 0;
	gov_rollup *state = MemoryContextAllocZero(context, sizeof(gov_rollup));

	EOH_init_header(&state->header, &methods, context);
	state->magic = MAGIC;
	state->salt = murmurhash32(++states);
	state->tree = tree;
	state->queue = queue;
	state->places = state->first_places;
	state->capacity = FIRST_PLACES;
	state->shift = 32 - pg_leftmost_one_pos32(FIRST_PLACES);
	state->cells_next = 1;
	return state;
}

/* One with a context and a dictionary of its own. */
gov_rollup *
gov_rollup_create_alone(MemoryContext parent)
{
	MemoryContext context = AllocSetContextCreate(parent, "unit_rollup",
												  ALLOCSET_START_SMALL_SIZES);

	return gov_rollup_create(context, gov_tree_create(context), NULL);
}

bool
gov_rollup_is_expanded(Datum d)
{
	return VARATT_IS_EXTERNAL_EXPANDED(DatumGetPointer(d));
}

gov_rollup *
gov_rollup_expanded(Datum d)
{
	gov_rollup *state = (gov_rollup *) DatumGetEOHP(d);

	Assert(state->magic == MAGIC);
	return state;
}

MemoryContext
gov_rollup_context(const gov_rollup *state)
{
	return own_context(state);
}


/* Rows on their way arrive. */
static inline void
drain(gov_rollup *state)
{
	if (state->queue != NULL)
		gov_queue_drain(state->queue);
}

/* What was flattened no longer holds. */
static inline void
forget_flat(gov_rollup *state)
{
	if (state->flat != NULL)
	{
		pfree(state->flat);
		state->flat = NULL;
	}
}

Datum
gov_rollup_datum(gov_rollup *state)
{
	return EOHPGetRWDatum(&state->header);
}

/* ---------- places ---------- */

/* Where the search for a unit begins: places are in the order of the hash. */
static inline uint32
first_place(const gov_rollup *state, uint32 id)
{
	return murmurhash32(id ^ state->salt) >> state->shift;
}

/* The unit's place, or the free one that it would have; GOV_NO_UNIT if there is none. */
static inline uint32
find(const gov_rollup *state, uint32 id)
{
	uint32		at = 0;

	if (state->dense)
		return id < state->capacity ? id : GOV_NO_UNIT;
	if (state->capacity <= LINEAR_PLACES)
	{
		for (; at < state->capacity; at++)
			if (state->places[at].unit1 == id + 1 || state->places[at].unit1 == 0)
				return at;
		return GOV_NO_UNIT;
	}
	at = first_place(state, id);
	while (state->places[at].unit1 != id + 1 && state->places[at].unit1 != 0)
		at = (at + 1) & (state->capacity - 1);
	return at;
}

/* Gives the state so many places, and puts its units where they then belong. */
static void
rebuild(gov_rollup *state, Size capacity, bool dense)
{
	MemoryContext context = own_context(state);
	uint32		old_capacity = state->capacity;
	place	   *old_places = state->places;
	void	   *old_chunk = state->chunk;
	gov_weight *old_weights = state->weights;
	gov_weight *weights = NULL;
	bool		is_aligned = capacity >= ALIGNED_PLACES;

	/* If there is no memory, the state must stay as it is. */
	if (old_weights != NULL)
		weights = gov_large_alloc_zero(context, capacity * sizeof(gov_weight));
	state->chunk = gov_large_alloc_zero(context, capacity * sizeof(place) + (is_aligned ? LINE : 0));
	state->places = is_aligned ? (place *) TYPEALIGN(LINE, state->chunk) : state->chunk;
	state->weights = weights;
	state->capacity = capacity;
	state->dense = dense;
	if (!dense)
		state->shift = 32 - pg_leftmost_one_pos32(capacity);
	for (uint32 i = 0; i < old_capacity; i++)
	{
		uint32		at;

		if (old_places[i].unit1 == 0)
			continue;
		at = find(state, old_places[i].unit1 - 1);
		state->places[at] = old_places[i];
		if (old_weights != NULL)
			state->weights[at] = old_weights[i];
	}
	if (old_chunk != NULL)
		pfree(old_chunk);
	if (old_weights != NULL)
		pfree(old_weights);
}

/* The smallest table that has room for one unit more, and at most three quarters of it taken. */
static Size
sparse_capacity(uint32 nunits)
{
	Size		capacity = LINEAR_PLACES * 2;

	while (nunits >= capacity - capacity / 4)
		capacity *= 2;
	return capacity;
}

static bool
has_room(const gov_rollup *state, uint32 id)
{
	if (state->dense)
		return id < state->capacity;
	if (state->capacity <= LINEAR_PLACES)
		return state->nunits < state->capacity;
	return state->nunits < state->capacity - state->capacity / 4;
}

static pg_noinline void
make_room(gov_rollup *state, uint32 id)
{
	uint32		size = gov_tree_size(state->tree);

	if (state->capacity < LINEAR_PLACES)
		rebuild(state, state->capacity * 2, false);
	else if (state->dense && state->nunits >= size / DENSE_LEAVE)
		rebuild(state, (Size) size + size / 2, true);
	else if (!state->dense && state->nunits >= Max(size / DENSE_ENTER, DENSE_PLACES))
		rebuild(state, (Size) size + size / 8, true);
	else
		rebuild(state, sparse_capacity(state->nunits), false);
}

/* The unit's place, which is made if it is not there. */
static inline uint32
enter(gov_rollup *state, uint32 id)
{
	uint32		at = find(state, id);

	forget_flat(state);
	if (at != GOV_NO_UNIT && state->places[at].unit1 != 0)
		return at;
	if (!has_room(state, id))
	{
		make_room(state, id);
		at = find(state, id);
	}
	state->places[at].unit1 = id + 1;
	state->nunits++;
	return at;
}

/* ---------- amounts ---------- */

static void
load(const place *from, gov_cell *cell)
{
	if (from->apart)
	{
		*cell = *from->own.cell;
		return;
	}
	cell->sum.small = from->own.sum;
	cell->minimum.small = from->minimum;
	cell->maximum.small = from->maximum;
	cell->n = from->n;
	cell->scale = from->scale;
	cell->wide = false;
}

/* Cells are never given back one by one, so they are cut from larger pieces. */
static gov_cell *
new_cell(gov_rollup *state)
{
	if (state->cells_left == 0)
	{
		state->cells = MemoryContextAlloc(own_context(state), state->cells_next * sizeof(gov_cell));
		state->cells_left = state->cells_next;
		state->cells_next = Min(state->cells_next * 2, CELLS);
	}
	state->cells_left--;
	return state->cells++;
}

static void
store(gov_rollup *state, place *into, const gov_cell *cell)
{
	if (!into->apart &&
		(cell->wide || cell->n > PLACE_COUNT_MAX || cell->scale > PLACE_SCALE_MAX ||
		 !gov_decimal_fits64(cell->sum.small) ||
		 !gov_decimal_fits64(cell->minimum.small) ||
		 !gov_decimal_fits64(cell->maximum.small)))
	{
		into->own.cell = new_cell(state);
		into->apart = true;
	}
	if (into->apart)
	{
		*into->own.cell = *cell;
		return;
	}
	into->own.sum = cell->sum.small;
	into->minimum = cell->minimum.small;
	into->maximum = cell->maximum.small;
	into->n = cell->n;
	into->scale = cell->scale;
}

/* Adds to what a place holds itself, if that is all there is to do. */
static inline bool
add_small(place *into, int64 v, int scale)
{
	int64		sum;

	if (into->apart)
		return false;
	if (into->n == 0)
	{
		if (scale > PLACE_SCALE_MAX)
			return false;
		into->own.sum = into->minimum = into->maximum = v;
		into->n = 1;
		into->scale = scale;
		return true;
	}
	if (into->scale != scale)
	{
		gov_int128	scaled = v;

		if (scale > into->scale || !gov_decimal_rescale(&scaled, into->scale - scale) ||
			!gov_decimal_fits64(scaled))
			return false;
		v = (int64) scaled;
	}
	if (into->n == PLACE_COUNT_MAX || __builtin_add_overflow(into->own.sum, v, &sum))
		return false;
	into->own.sum = sum;
	if (v < into->minimum)
		into->minimum = v;
	if (v > into->maximum)
		into->maximum = v;
	into->n++;
	return true;
}

static void
merge_at(gov_rollup *state, uint32 at, const gov_cell *cell, const gov_weight *weight)
{
	MemoryContext context = own_context(state);
	place	   *into = &state->places[at];
	bool		merged;

	if (into->apart)
		merged = gov_cell_merge(into->own.cell, cell, context);
	else
	{
		gov_cell	mine;

		load(into, &mine);
		merged = gov_cell_merge(&mine, cell, context);
		if (merged)
			store(state, into, &mine);
	}
	if (!merged)
	{
		int			len;
		const char *code = gov_tree_code(state->tree, into->unit1 - 1, &len);

		gov_cell_refuse_count(code, len);
	}
	if (weight != NULL && weight->present)
	{
		if (state->weights == NULL)
			state->weights = gov_large_alloc_zero(context, state->capacity * sizeof(gov_weight));
		gov_weight_merge(&state->weights[at], weight, context);
	}
}

/* The unit occurs, with no value. */
void
gov_rollup_occur(gov_rollup *state, const char *code, int len)
{
	(void) enter(state, gov_tree_enter(state->tree, code, len));
}

/* Adds a value of 64 bits to the unit's amounts. */
void
gov_rollup_add_small(gov_rollup *state, uint32 id, int64 value, int scale)
{
	uint32		at = enter(state, id);
	gov_cell	cell;

	if (add_small(&state->places[at], value, scale))
		return;
	cell.sum.small = cell.minimum.small = cell.maximum.small = value;
	cell.n = 1;
	cell.scale = scale;
	cell.wide = false;
	merge_at(state, at, &cell, NULL);
}

/* What adding to the unit's amounts will want to see. */
void
gov_rollup_prefetch(const gov_rollup *state, uint32 id)
{
	if (!state->dense)
		__builtin_prefetch(&state->places[first_place(state, id)], 1);
	else if (id < state->capacity)
		__builtin_prefetch(&state->places[id], 1);
}

/* Adds one value, with its weight if that is not NULL. */
void
gov_rollup_value(gov_rollup *state, const char *code, int len, const struct varlena *value,
				 const struct varlena *weight)
{
	gov_cell	cell;
	gov_weight	factor;

	gov_cell_set_value(&cell, value, code, len);
	if (weight != NULL)
	{
		gov_weight_set(&factor, &cell, weight, code, len);
		gov_rollup_merge_cell(state, code, len, &cell, &factor);
	}
	else if (cell.wide || !gov_decimal_fits64(cell.sum.small))
		gov_rollup_merge_cell(state, code, len, &cell, NULL);
	else if (state->queue != NULL && len <= GOV_QUEUED_CODE)
		gov_queue_push(state->queue, state, code, len, (int64) cell.sum.small, cell.scale);
	else
		gov_rollup_add_small(state, gov_tree_enter(state->tree, code, len),
							 (int64) cell.sum.small, cell.scale);
}

void
gov_rollup_merge_cell(gov_rollup *state, const char *code, int len,
					  const gov_cell *cell, const gov_weight *weight)
{
	merge_at(state, enter(state, gov_tree_enter(state->tree, code, len)), cell, weight);
}

bool
gov_rollup_occurs(const gov_rollup *state, const char *code, int len)
{
	uint32		id = gov_tree_find(state->tree, code, len);
	uint32		at = id == GOV_NO_UNIT ? GOV_NO_UNIT : find(state, id);

	return at != GOV_NO_UNIT && state->places[at].unit1 != 0;
}

/* ---------- merging ---------- */

/* Adds a flat state unit by unit. */
static void
take_up(gov_rollup *state, struct varlena *flat)
{
	gov_reader	reader;

	gov_reader_begin(&reader, PointerGetDatum(flat));
	while (gov_reader_next(&reader))
		gov_rollup_merge_cell(state, reader.code, reader.len, &reader.cell, &reader.weight);
	gov_reader_end(&reader);
}

static int
compare_sizes(const void *a, const void *b)
{
	Size		asize = VARSIZE_ANY(*(struct varlena *const *) a);
	Size		bsize = VARSIZE_ANY(*(struct varlena *const *) b);

	return (asize > bsize) - (asize < bsize);
}

/* The smaller half of the parts becomes one, so that no unit is merged very often. */
static void
merge_parts(gov_rollup *state)
{
	uint32		half = state->nparts / 2;
	MemoryContext old = MemoryContextSwitchTo(own_context(state));
	struct varlena *merged;

	qsort(state->parts, state->nparts, sizeof(struct varlena *), compare_sizes);
	merged = gov_flat_merge(state->parts, half);
	MemoryContextSwitchTo(old);
	for (uint32 i = 0; i < half; i++)
		pfree(state->parts[i]);
	state->parts[half - 1] = merged;
	state->nparts -= half - 1;
	memmove(state->parts, state->parts + half - 1, state->nparts * sizeof(struct varlena *));
}

/*
 * A large flat state waits as it is.  If all that comes is such, as from the workers of
 * a parallel plan, the result is merged from them without a dictionary.
 */
static void
add_part(gov_rollup *state, struct varlena *flat)
{
	Size		size = VARSIZE_ANY(flat);
	struct varlena *copy = MemoryContextAlloc(own_context(state), size);

	memcpy(copy, flat, size);
	forget_flat(state);
	if (state->parts == NULL)
		state->parts = MemoryContextAlloc(own_context(state), MAX_PARTS * sizeof(struct varlena *));
	state->parts[state->nparts++] = copy;
	if (state->nparts == MAX_PARTS)
		merge_parts(state);
}

/* The flat form of a state, in the current context. */
struct varlena *
gov_rollup_flatten(gov_rollup *state)
{
	struct varlena *parts[MAX_PARTS + 1];
	uint32		n = state->nparts;
	struct varlena *flat;

	drain(state);
	if (n == 0)
		return gov_flat_write(state);
	memcpy(parts, state->parts, n * sizeof(struct varlena *));
	if (state->nunits > 0)
		parts[n++] = gov_flat_write(state);
	flat = gov_flat_merge(parts, n);
	if (n > state->nparts)
		pfree(parts[n - 1]);
	return flat;
}

/* The flat form, which stays with the state until that changes or flatten() has taken it. */
static struct varlena *
keep_flat(gov_rollup *state)
{
	MemoryContext old = MemoryContextSwitchTo(own_context(state));

	drain(state);
	if (state->flat == NULL)
		state->flat = gov_rollup_flatten(state);
	MemoryContextSwitchTo(old);
	return state->flat;
}

/*
 * What to read instead of the places while large flat states wait: they are not taken up
 * for that, as an error halfway would leave a state that is neither.  NULL if none does.
 */
struct varlena *
gov_rollup_kept_flat(gov_rollup *state)
{
	return state->nparts == 0 ? NULL : keep_flat(state);
}

/* Adds all of another state, flat or expanded, which stays as it is. */
void
gov_rollup_absorb(gov_rollup *state, Datum other)
{
	if (gov_rollup_is_expanded(other))
	{
		gov_rollup *from = gov_rollup_expanded(other);

		drain(from);
		if (from->nparts > 0 && from->flat != NULL)
		{
			add_part(state, from->flat);
			return;
		}
		for (uint32 i = 0; i < from->nparts; i++)
			add_part(state, from->parts[i]);
		for (uint32 i = 0; i < from->capacity; i++)
		{
			uint32		id = from->places[i].unit1 - 1;
			gov_cell	cell;

			if (i % 4096 == 0)
				CHECK_FOR_INTERRUPTS();
			if (from->places[i].unit1 == 0)
				continue;
			if (from->tree != state->tree)
			{
				int			len;
				const char *code = gov_tree_code(from->tree, id, &len);

				id = gov_tree_enter(state->tree, code, len);
			}
			load(&from->places[i], &cell);
			merge_at(state, enter(state, id), &cell,
					 from->weights == NULL ? NULL : &from->weights[i]);
		}
	}
	else
	{
		struct varlena *flat = PG_DETOAST_DATUM_PACKED(other);

		if (gov_flat_count(flat) < PART_UNITS)
			take_up(state, flat);
		else
			add_part(state, flat);
	}
}

/* ---------- reading ---------- */

/* Sorts positions by the ranks of their units. */
static void
order_by_rank(gov_rollup *state, uint32 *order)
{
	const uint32 *ranks = gov_tree_ranks(state->tree);
	uint32		size = gov_tree_size(state->tree);
	uint32	   *ranked = gov_large_alloc(CurrentMemoryContext, (Size) size * sizeof(uint32));
	uint32		n = 0;

	memset(ranked, 0xff, (Size) size * sizeof(uint32));
	for (uint32 i = 0; i < state->capacity; i++)
		if (state->places[i].unit1 != 0)
			ranked[ranks[state->places[i].unit1 - 1]] = i;
	for (uint32 i = 0; i < size; i++)
		if (ranked[i] != GOV_NO_UNIT)
			order[n++] = ranked[i];
	pfree(ranked);
}

static int
compare_places(const void *a, const void *b, void *arg)
{
	const gov_rollup *state = arg;
	int			alen;
	int			blen;
	const char *acode = gov_tree_code(state->tree, state->places[*(const uint32 *) a].unit1 - 1, &alen);
	const char *bcode = gov_tree_code(state->tree, state->places[*(const uint32 *) b].unit1 - 1, &blen);

	return gov_code_compare(acode, alen, bcode, blen);
}

/* The positions of the units that have places; if sorted, in the order of their codes. */
uint32 *
gov_rollup_positions(gov_rollup *state, uint32 *count, bool sorted)
{
	uint32	   *order;
	uint32		n = 0;

	drain(state);
	*count = state->nunits;
	order = gov_large_alloc(CurrentMemoryContext, ((Size) state->nunits + 1) * sizeof(uint32));
	if (sorted && state->nunits >= gov_tree_size(state->tree) / SCATTERED &&
		gov_tree_ranks_pay(state->tree, state->nunits))
	{
		order_by_rank(state, order);
		return order;
	}
	for (uint32 i = 0; i < state->capacity; i++)
		if (state->places[i].unit1 != 0)
			order[n++] = i;
	if (sorted)
		qsort_arg(order, n, sizeof(uint32), compare_places, state);
	return order;
}

/* What gov_rollup_get() will want to see, of a position that comes up soon; */
void
gov_rollup_prefetch_position(const gov_rollup *state, uint32 position)
{
	__builtin_prefetch(&state->places[position]);
}

/* and the code, when the place has arrived. */
void
gov_rollup_prefetch_code(const gov_rollup *state, uint32 position)
{
	gov_tree_prefetch(state->tree, state->places[position].unit1 - 1);
}

/* What stands at a position, canonical. */
const char *
gov_rollup_get(const gov_rollup *state, uint32 position, int *len, gov_cell *cell, gov_weight *weight)
{
	load(&state->places[position], cell);
	gov_cell_canonical(cell);
	if (state->weights != NULL)
	{
		*weight = state->weights[position];
		gov_weight_canonical(weight);
	}
	else
		weight->present = false;
	return gov_tree_code(state->tree, state->places[position].unit1 - 1, len);
}

static Size
flat_size(ExpandedObjectHeader *header)
{
	/* Not in the caller's context: that of a sort can free nothing (PostgreSQL 17). */
	return VARSIZE(keep_flat((gov_rollup *) header));
}

static void
flatten(ExpandedObjectHeader *header, void *result, Size size)
{
	gov_rollup *state = (gov_rollup *) header;

	Assert(state->flat != NULL && VARSIZE(state->flat) == size);
	memcpy(result, state->flat, size);
	pfree(state->flat);
	state->flat = NULL;
}
