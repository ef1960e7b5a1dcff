/*
 * rollup_state.c
 *	  The state of unit_rollup: an expanded object that holds a cell for every unit
 *	  that occurs, of its own rows only; ancestors are added up when it is read.
 *
 * A state that knows many of its dictionary's units is dense: the cell of unit i is
 * the i-th.  One that knows few, as in a query of very many small groups, is compact:
 * cells stand in order of arrival, and are found by a linear search or, beyond
 * LINEAR_CELLS, by a hash table of their positions.
 *
 * Cells are narrow, two to a cache line, while all amounts of the group fit into 64
 * bits and the counts into 32; then all of them become broad (gov_cell).  Headroom: a
 * narrow sum is added to with a check for overflow, and a sum that does not fit makes
 * the cells broad; a broad sum that leaves 126 bits makes its own cell wide, that is,
 * of numerics.  So no limit on counts or values is needed to be exact.
 *
 * A value's scale may be below its cell's: it is then multiplied up.  If it is above,
 * the cell is.  Scales are per cell, so that one unit of many decimals costs only
 * itself.
 */
#include "rollup.h"

#include "miscadmin.h"
#include "utils/memutils.h"

#define MAGIC			0x726f6c6c
#define LINE			64
#define FIRST_CELLS		2
#define ALIGNED_CELLS	64		/* fewer are not worth the room that aligning takes */
#define LINEAR_CELLS	8
#define AHEAD			16		/* cells asked for before they are read in order */
#define DENSE_CELLS		256		/* fewer never make a state dense, */
#define DENSE_SHARE		8		/* nor does less than this part of the dictionary */

/* Where the cell of a unit is in a compact state; an empty one has no position. */
typedef struct place_slot
{
	uint32		id;
	uint32		position1;		/* plus one */
} place_slot;

typedef struct narrow
{
	int64		sum;
	int64		minimum;
	int64		maximum;
	uint32		n;
	uint16		scale;
	bool		occurs;
} narrow;

StaticAssertDecl(sizeof(narrow) == LINE / 2, "two narrow cells must fill a cache line");
StaticAssertDecl(sizeof(gov_cell) == LINE, "a broad cell must fill a cache line");

struct gov_rollup
{
	ExpandedObjectHeader header;
	int			magic;
	bool		dense;
	bool		broad;
	gov_tree   *tree;
	gov_queue  *queue;			/* of values not yet in their cells; NULL if alone */
	uint32		ncells;			/* compact: present; dense: initialised */
	uint32		capacity;
	union
	{
		narrow	   *narrow;
		gov_cell   *broad;
		char	   *any;
	}			cells;			/* aligned to a cache line if they are many */
	void	   *chunk;			/* what holds them; NULL if the state itself does */
	gov_weight *weights;		/* one per cell once there is any */
	uint32	   *ids;			/* compact: of the cells */
	place_slot *slots;			/* compact, beyond LINEAR_CELLS */
	uint32		mask;
	struct varlena *flat;		/* between flat_size and flatten */
	narrow		first_cells[FIRST_CELLS];	/* very small groups need nothing else */
	uint32		first_ids[FIRST_CELLS];
};

static Size flat_size(ExpandedObjectHeader *header);
static void flatten(ExpandedObjectHeader *header, void *result, Size size);

static const ExpandedObjectMethods methods = {flat_size, flatten};

static inline MemoryContext
own_context(const gov_rollup *state)
{
	return state->header.eoh_context;
}

static inline Size
cell_size(const gov_rollup *state)
{
	return state->broad ? sizeof(gov_cell) : sizeof(narrow);
}

static void
free_ids(gov_rollup *state)
{
	if (state->ids != state->first_ids)
		pfree(state->ids);
}

/* Where cells begin in a chunk that has a cache line more than they need. */
static char *
aligned(void *chunk, uint32 capacity)
{
	return capacity < ALIGNED_CELLS ? chunk : (char *) TYPEALIGN(LINE, chunk);
}

/* Room for that many cells; those there are are kept, the rest is not initialised. */
static void
resize(gov_rollup *state, uint32 capacity)
{
	MemoryContext context = own_context(state);
	Size		size = cell_size(state);
	void	   *chunk = MemoryContextAllocHuge(context, capacity * size +
											   (capacity < ALIGNED_CELLS ? 0 : LINE));
	char	   *cells = aligned(chunk, capacity);

	if (state->ncells > 0)
		memcpy(cells, state->cells.any, state->ncells * size);
	if (state->chunk != NULL)
		pfree(state->chunk);
	state->chunk = chunk;
	state->cells.any = cells;
	if (state->weights != NULL)
		state->weights = repalloc_huge(state->weights, capacity * sizeof(gov_weight));
	if (!state->dense)
	{
		uint32	   *ids = MemoryContextAllocHuge(context, capacity * sizeof(uint32));

		memcpy(ids, state->ids, state->ncells * sizeof(uint32));
		free_ids(state);
		state->ids = ids;
	}
	state->capacity = capacity;
}

/*
 * A state in that context, which it may share with others, and which holds the tree.
 */
gov_rollup *
gov_rollup_create(MemoryContext context, gov_tree *tree, gov_queue *queue)
{
	gov_rollup *state = MemoryContextAllocZero(context, sizeof(gov_rollup));

	EOH_init_header(&state->header, &methods, context);
	state->magic = MAGIC;
	state->tree = tree;
	state->queue = queue;
	state->cells.narrow = state->first_cells;
	state->ids = state->first_ids;
	state->capacity = FIRST_CELLS;
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

/* Before a state is read. */
static inline void
settle(gov_rollup *state)
{
	if (state->queue != NULL)
		gov_queue_drain(state->queue);
}

Datum
gov_rollup_datum(gov_rollup *state)
{
	return EOHPGetRWDatum(&state->header);
}

static void
initialise(gov_rollup *state, uint32 from, uint32 to)
{
	Size		size = cell_size(state);

	memset(state->cells.any + from * size, 0, (to - from) * size);
	if (state->weights != NULL)
		memset(state->weights + from, 0, (to - from) * sizeof(gov_weight));
}

static inline uint32
first_slot(const gov_rollup *state, uint32 id)
{
	return (uint32) ((id * UINT64CONST(0x9E3779B97F4A7C15)) >> 32) & state->mask;
}

static void
add_slot(gov_rollup *state, uint32 id, uint32 position)
{
	uint32		at = first_slot(state, id);

	while (state->slots[at].position1 != 0)
		at = (at + 1) & state->mask;
	state->slots[at].id = id;
	state->slots[at].position1 = position + 1;
}

/* At most half of the slots are taken. */
static void
build_slots(gov_rollup *state)
{
	uint32		size = LINEAR_CELLS * 4;

	while (size < state->capacity * 2)
		size *= 2;
	if (state->slots != NULL)
		pfree(state->slots);
	state->slots = MemoryContextAllocExtended(own_context(state), size * sizeof(place_slot),
											  MCXT_ALLOC_HUGE | MCXT_ALLOC_ZERO);
	state->mask = size - 1;
	for (uint32 i = 0; i < state->ncells; i++)
		add_slot(state, state->ids[i], i);
}

/* Cells go from order of arrival to their unit's place. */
static void
make_dense(gov_rollup *state)
{
	char	   *old = state->cells.any;
	void	   *old_chunk = state->chunk;
	gov_weight *old_weights = state->weights;
	uint32	   *ids = state->ids;	/* not the first: a dense state had more cells */
	uint32		n = state->ncells;
	uint32		top = gov_tree_size(state->tree);
	Size		size = cell_size(state);

	state->dense = true;
	state->chunk = NULL;
	state->ids = NULL;
	state->weights = NULL;
	state->ncells = 0;
	resize(state, top + top / 4);
	if (old_weights != NULL)
		state->weights = MemoryContextAllocHuge(own_context(state),
												state->capacity * sizeof(gov_weight));
	initialise(state, 0, top);
	state->ncells = top;
	for (uint32 i = 0; i < n; i++)
	{
		memcpy(state->cells.any + ids[i] * size, old + i * size, size);
		if (old_weights != NULL)
			state->weights[ids[i]] = old_weights[i];
	}
	pfree(old_chunk);
	pfree(ids);
	if (old_weights != NULL)
		pfree(old_weights);
	if (state->slots != NULL)
		pfree(state->slots);
	state->slots = NULL;
}

/* The cell's position, or GOV_NO_UNIT. */
static uint32
find(const gov_rollup *state, uint32 id)
{
	if (state->dense)
		return id < state->ncells ? id : GOV_NO_UNIT;
	if (state->slots == NULL)
	{
		for (uint32 i = 0; i < state->ncells; i++)
			if (state->ids[i] == id)
				return i;
		return GOV_NO_UNIT;
	}
	for (uint32 at = first_slot(state, id); state->slots[at].position1 != 0; at = (at + 1) & state->mask)
		if (state->slots[at].id == id)
			return state->slots[at].position1 - 1;
	return GOV_NO_UNIT;
}

static uint32
add_dense(gov_rollup *state, uint32 id)
{
	if (id >= state->capacity)
	{
		uint32		top = Max(id + 1, gov_tree_size(state->tree));

		resize(state, top + top / 2);
	}
	initialise(state, state->ncells, id + 1);
	state->ncells = id + 1;
	return id;
}

static uint32
add_compact(gov_rollup *state, uint32 id)
{
	uint32		position;

	if (state->ncells == state->capacity)
	{
		if (state->ncells >= DENSE_CELLS &&
			state->ncells >= gov_tree_size(state->tree) / DENSE_SHARE)
		{
			make_dense(state);
			return id < state->ncells ? id : add_dense(state, id);
		}
		resize(state, state->capacity * 2);
		if (state->capacity > LINEAR_CELLS)
			build_slots(state);
	}
	position = state->ncells;
	initialise(state, position, position + 1);
	state->ids[position] = id;
	state->ncells++;
	if (state->slots != NULL)
		add_slot(state, id, position);
	return position;
}

/* The position of the unit's cell, which is made if it is not there. */
static inline uint32
place(gov_rollup *state, uint32 id)
{
	uint32		position;

	if (state->flat != NULL)
	{
		pfree(state->flat);
		state->flat = NULL;
	}
	position = find(state, id);
	if (position != GOV_NO_UNIT)
		return position;
	return state->dense ? add_dense(state, id) : add_compact(state, id);
}

static void
load(const gov_rollup *state, uint32 position, gov_cell *cell)
{
	const narrow *c;

	if (state->broad)
	{
		*cell = state->cells.broad[position];
		return;
	}
	c = &state->cells.narrow[position];
	cell->sum.small = c->sum;
	cell->minimum.small = c->minimum;
	cell->maximum.small = c->maximum;
	cell->n = c->n;
	cell->scale = c->scale;
	cell->occurs = c->occurs;
	cell->wide = false;
}

static void
broaden(gov_rollup *state)
{
	void	   *old_chunk = state->chunk;
	void	   *chunk = MemoryContextAllocHuge(own_context(state),
											   state->capacity * sizeof(gov_cell) + LINE);
	gov_cell   *cells = (gov_cell *) aligned(chunk, state->capacity);

	for (uint32 i = 0; i < state->ncells; i++)
		load(state, i, &cells[i]);
	state->broad = true;
	state->cells.broad = cells;
	state->chunk = chunk;
	if (old_chunk != NULL)
		pfree(old_chunk);
}

static void
store(gov_rollup *state, uint32 position, const gov_cell *cell)
{
	narrow	   *c;

	if (!state->broad &&
		(cell->wide || cell->n > PG_UINT32_MAX ||
		 !gov_decimal_fits64(cell->sum.small) ||
		 !gov_decimal_fits64(cell->minimum.small) ||
		 !gov_decimal_fits64(cell->maximum.small)))
		broaden(state);
	if (state->broad)
	{
		state->cells.broad[position] = *cell;
		return;
	}
	c = &state->cells.narrow[position];
	c->sum = cell->sum.small;
	c->minimum = cell->minimum.small;
	c->maximum = cell->maximum.small;
	c->n = cell->n;
	c->scale = cell->scale;
	c->occurs = cell->occurs;
}

/* Adds to a narrow cell, if that is all there is to do. */
static inline bool
add_narrow(narrow *cell, int64 v, int scale)
{
	int64		sum;

	if (cell->n == 0)
	{
		cell->sum = cell->minimum = cell->maximum = v;
		cell->n = 1;
		cell->scale = scale;
		cell->occurs = true;
		return true;
	}
	if (cell->scale != scale)
	{
		gov_int128	scaled = v;

		if (scale > cell->scale || !gov_decimal_rescale(&scaled, cell->scale - scale) ||
			!gov_decimal_fits64(scaled))
			return false;
		v = (int64) scaled;
	}
	if (cell->n == PG_UINT32_MAX || __builtin_add_overflow(cell->sum, v, &sum))
		return false;
	cell->sum = sum;
	if (v < cell->minimum)
		cell->minimum = v;
	if (v > cell->maximum)
		cell->maximum = v;
	cell->n++;
	return true;
}

static void
merge_at(gov_rollup *state, uint32 position, const gov_cell *cell, const gov_weight *weight)
{
	MemoryContext context = own_context(state);

	if (state->broad)
		gov_cell_merge(&state->cells.broad[position], cell, context);
	else
	{
		gov_cell	mine;

		load(state, position, &mine);
		gov_cell_merge(&mine, cell, context);
		store(state, position, &mine);
	}
	if (weight != NULL && weight->present)
	{
		if (state->weights == NULL)
		{
			state->weights = MemoryContextAllocHuge(context, state->capacity * sizeof(gov_weight));
			memset(state->weights, 0, state->ncells * sizeof(gov_weight));
		}
		gov_weight_merge(&state->weights[position], weight, context);
	}
}

/* The unit occurs, with no value. */
void
gov_rollup_occur(gov_rollup *state, const char *code, int len)
{
	uint32		position = place(state, gov_tree_enter(state->tree, code, len));

	if (state->broad)
		state->cells.broad[position].occurs = true;
	else
		state->cells.narrow[position].occurs = true;
}

/* Adds a value of 64 bits to the unit's cell. */
void
gov_rollup_add_small(gov_rollup *state, uint32 id, int64 value, int scale)
{
	uint32		position = place(state, id);
	gov_cell	cell;

	if (!state->broad && add_narrow(&state->cells.narrow[position], value, scale))
		return;
	cell.sum.small = cell.minimum.small = cell.maximum.small = value;
	cell.n = 1;
	cell.scale = scale;
	cell.occurs = true;
	cell.wide = false;
	merge_at(state, position, &cell, NULL);
}

/* What adding to the unit's cell will want to see. */
void
gov_rollup_prefetch(const gov_rollup *state, uint32 id)
{
	if (state->dense)
	{
		if (id < state->ncells)
			__builtin_prefetch(state->cells.any + id * cell_size(state), 1);
	}
	else if (state->slots != NULL)
		__builtin_prefetch(&state->slots[first_slot(state, id)]);
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
	merge_at(state, place(state, gov_tree_enter(state->tree, code, len)), cell, weight);
}

bool
gov_rollup_occurs(const gov_rollup *state, const char *code, int len)
{
	uint32		id = gov_tree_find(state->tree, code, len);
	uint32		position = id == GOV_NO_UNIT ? GOV_NO_UNIT : find(state, id);

	if (position == GOV_NO_UNIT)
		return false;
	return state->broad ? state->cells.broad[position].occurs : state->cells.narrow[position].occurs;
}

/* Adds all of another state, flat or expanded, which stays as it is. */
void
gov_rollup_absorb(gov_rollup *state, Datum other)
{
	if (gov_rollup_is_expanded(other))
	{
		gov_rollup *from = gov_rollup_expanded(other);
		gov_cell	cell;

		settle(from);
		for (uint32 i = 0; i < from->ncells; i++)
		{
			uint32		id = from->dense ? i : from->ids[i];
			int			len;

			if (i % 4096 == 0)
				CHECK_FOR_INTERRUPTS();
			load(from, i, &cell);
			if (!cell.occurs)
				continue;
			if (from->tree != state->tree)
			{
				const char *code = gov_tree_code(from->tree, id, &len);

				id = gov_tree_enter(state->tree, code, len);
			}
			merge_at(state, place(state, id), &cell,
					 from->weights == NULL ? NULL : &from->weights[i]);
		}
	}
	else
	{
		gov_reader	reader;

		gov_reader_begin(&reader, other);
		while (gov_reader_next(&reader))
			gov_rollup_merge_cell(state, reader.code, reader.len, &reader.cell, &reader.weight);
		gov_reader_end(&reader);
	}
}

static int
compare_positions(const void *a, const void *b, void *arg)
{
	const gov_rollup *state = arg;
	int			alen;
	int			blen;
	const char *acode = gov_tree_code(state->tree, state->ids[*(const uint32 *) a], &alen);
	const char *bcode = gov_tree_code(state->tree, state->ids[*(const uint32 *) b], &blen);

	return gov_code_compare(acode, alen, bcode, blen);
}

/* The positions of the units that occur, in the order of their codes. */
uint32 *
gov_rollup_order(gov_rollup *state, uint32 *count)
{
	uint32	   *order;
	uint32		n = 0;

	settle(state);
	order = MemoryContextAllocHuge(CurrentMemoryContext, ((Size) state->ncells + 1) * sizeof(uint32));
	if (state->dense)
	{
		const uint32 *all = gov_tree_order(state->tree);
		uint32		size = gov_tree_size(state->tree);

		for (uint32 i = 0; i < size; i++)
		{
			uint32		id = all[i];

			if (i + AHEAD < size && all[i + AHEAD] < state->ncells)
				__builtin_prefetch(state->cells.any + all[i + AHEAD] * cell_size(state));
			if (id < state->ncells &&
				(state->broad ? state->cells.broad[id].occurs : state->cells.narrow[id].occurs))
				order[n++] = id;
		}
	}
	else
	{
		for (; n < state->ncells; n++)
			order[n] = n;
		qsort_arg(order, n, sizeof(uint32), compare_positions, state);
	}
	*count = n;
	return order;
}

/* What gov_rollup_get() will want to see, of a position that comes up soon. */
void
gov_rollup_prefetch_position(const gov_rollup *state, uint32 position)
{
	__builtin_prefetch(state->cells.any + position * cell_size(state));
	gov_tree_prefetch(state->tree, state->dense ? position : state->ids[position]);
}

/* What stands at a position, canonical. */
const char *
gov_rollup_get(const gov_rollup *state, uint32 position, int *len, gov_cell *cell, gov_weight *weight)
{
	load(state, position, cell);
	gov_cell_canonical(cell);
	if (state->weights != NULL)
	{
		*weight = state->weights[position];
		gov_weight_canonical(weight);
	}
	else
		weight->present = false;
	return gov_tree_code(state->tree, state->dense ? position : state->ids[position], len);
}

static Size
flat_size(ExpandedObjectHeader *header)
{
	gov_rollup *state = (gov_rollup *) header;

	settle(state);
	if (state->flat == NULL)
	{
		MemoryContext old = MemoryContextSwitchTo(own_context(state));

		state->flat = gov_flat_write(state);
		MemoryContextSwitchTo(old);
	}
	return VARSIZE(state->flat);
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
