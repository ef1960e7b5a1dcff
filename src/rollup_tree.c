/*
 * rollup_tree.c
 *	  The dictionary of units: code to a dense number, and back.
 *
 * All groups of an aggregate share one, so that a code is stored and hashed into a
 * table once, and a group is an array.  A unit is entered after its ancestors, so a
 * parent's number is below its children's.  It is kept as long as anybody who holds
 * it: every holder is a memory context, and gives it up when it is reset.
 */
#include "rollup.h"

#include "miscadmin.h"
#include "port/pg_bitutils.h"
#include "utils/memutils.h"

#include "large.h"

#define NEAR_SIZE		24
#define FIRST_UNITS		64
#define FIRST_SLOTS		128		/* a power of two */
#define MAX_UNITS		((uint32) 1 << 30)	/* so that no table has 2^32 places */
#define RANKED_SHARE	8		/* ranks are made for this part of the units at least */

/* Half a cache line; the codes of most countries fit into it. */
typedef struct unit
{
	uint32		parent;			/* GOV_NO_UNIT at a root */
	uint16		len;
	uint16		label;			/* where the last label begins */
	union
	{
		char		near[NEAR_SIZE];
		const char *far;
	}			code;
} unit;

/* An empty slot has no unit: id1 is the number plus one. */
typedef struct slot
{
	uint32		hash;
	uint32		id1;
} slot;

struct gov_tree
{
	MemoryContext context;
	int			holders;
	unit	   *units;
	uint32		nunits;
	uint32		capacity;
	slot	   *slots;
	uint32		mask;
	uint32	   *ranks;			/* of the units in the order of their codes, */
	uint32		ranked;			/* good while this is nunits */
	uint32		asked;			/* units when ranks were asked for last, */
	uint64		asked_for;		/* and for how many since then */
};

static void
give_up(void *arg)
{
	gov_tree   *tree = arg;

	if (--tree->holders == 0)
		MemoryContextDelete(tree->context);
}

/* The holder's reset gives the dictionary up. */
void
gov_tree_hold(gov_tree *tree, MemoryContext holder)
{
	MemoryContextCallback *callback = MemoryContextAlloc(holder, sizeof(*callback));

	callback->func = give_up;
	callback->arg = tree;
	tree->holders++;
	MemoryContextRegisterResetCallback(holder, callback);
}

gov_tree *
gov_tree_create(MemoryContext holder)
{
	MemoryContext context = AllocSetContextCreate(holder, "unit dictionary",
												  ALLOCSET_START_SMALL_SIZES);
	gov_tree   *tree = MemoryContextAllocZero(context, sizeof(gov_tree));

	tree->context = context;
	tree->capacity = FIRST_UNITS;
	tree->units = MemoryContextAlloc(context, FIRST_UNITS * sizeof(unit));
	tree->slots = MemoryContextAllocZero(context, FIRST_SLOTS * sizeof(slot));
	tree->mask = FIRST_SLOTS - 1;
	gov_tree_hold(tree, holder);

	/* From here on nothing fails, and the holders alone decide. */
	MemoryContextSetParent(context, TopMemoryContext);
	return tree;
}

/* For what shall live as long as the dictionary. */
MemoryContext
gov_tree_context(const gov_tree *tree)
{
	return tree->context;
}

uint32
gov_tree_size(const gov_tree *tree)
{
	return tree->nunits;
}

static inline const char *
unit_code(const unit *u)
{
	return u->len <= NEAR_SIZE ? u->code.near : u->code.far;
}

const char *
gov_tree_code(const gov_tree *tree, uint32 id, int *len)
{
	*len = tree->units[id].len;
	return unit_code(&tree->units[id]);
}

/*
 * Eight bytes at a time, multiplied and folded: codes are short, differ in few bits,
 * and never leave the process.
 */
uint32
gov_tree_hash(const char *code, int len)
{
	uint64		hash = len * UINT64CONST(0x9E3779B97F4A7C15);
	uint64		word;

	while (len >= 8)
	{
		memcpy(&word, code, 8);
		hash = (hash ^ word) * UINT64CONST(0xD6E8FEB86659FD93);
		hash ^= hash >> 32;
		code += 8;
		len -= 8;
	}
	word = 0;
	memcpy(&word, code, len);
	hash = (hash ^ word) * UINT64CONST(0xD6E8FEB86659FD93);
	hash ^= hash >> 32;
	hash *= UINT64CONST(0xD6E8FEB86659FD93);
	return (uint32) (hash >> 32);
}

/* The unit's number, or GOV_NO_UNIT and the free slot. */
static inline uint32
probe(const gov_tree *tree, const char *code, int len, uint32 hash, uint32 *free_slot)
{
	uint32		at = hash & tree->mask;
	uint32		found = GOV_NO_UNIT;

	for (; tree->slots[at].id1 != 0; at = (at + 1) & tree->mask)
	{
		slot		s = tree->slots[at];
		const unit *u = &tree->units[s.id1 - 1];

		if (s.hash == hash && u->len == len && memcmp(unit_code(u), code, len) == 0)
		{
			found = s.id1 - 1;
			break;
		}
	}
	*free_slot = at;
	return found;
}

uint32
gov_tree_find(const gov_tree *tree, const char *code, int len)
{
	uint32		at;

	return probe(tree, code, len, gov_tree_hash(code, len), &at);
}

/* Not by repalloc(), which may move what it was given to where no huge pages are. */
static void
grow_units(gov_tree *tree)
{
	Size		capacity = (Size) tree->capacity * 2;
	unit	   *units = gov_large_alloc(tree->context, capacity * sizeof(unit));

	memcpy(units, tree->units, tree->nunits * sizeof(unit));
	pfree(tree->units);
	tree->units = units;
	tree->capacity = capacity;
}

/* At most five eighths of the slots are taken. */
static void
grow_slots(gov_tree *tree)
{
	uint32		mask = tree->mask * 2 + 1;
	slot	   *slots = gov_large_alloc_zero(tree->context, ((Size) mask + 1) * sizeof(slot));

	for (uint32 i = 0; i <= tree->mask; i++)
	{
		slot		s = tree->slots[i];
		uint32		at = s.hash & mask;

		if (s.id1 == 0)
			continue;
		while (slots[at].id1 != 0)
			at = (at + 1) & mask;
		slots[at] = s;
	}
	pfree(tree->slots);
	tree->slots = slots;
	tree->mask = mask;
}

/* Not there yet, and its parent is. */
static uint32
append_unit(gov_tree *tree, const char *code, int len, int label, uint32 parent, uint32 hash)
{
	unit	   *u;
	uint32		at;

	if (tree->nunits >= MAX_UNITS)
		ereport(ERROR,
				(errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
				 errmsg("unit_rollup has more than %u units", MAX_UNITS)));
	if (tree->nunits == tree->capacity)
		grow_units(tree);
	if ((uint64) tree->nunits * 8 >= (uint64) tree->mask * 5)
		grow_slots(tree);

	u = &tree->units[tree->nunits];
	u->parent = parent;
	u->len = len;
	u->label = label;
	if (len <= NEAR_SIZE)
		memcpy(u->code.near, code, len);
	else
	{
		char	   *far = MemoryContextAlloc(tree->context, len);

		memcpy(far, code, len);
		u->code.far = far;
	}
	probe(tree, code, len, hash, &at);
	tree->slots[at].hash = hash;
	tree->slots[at].id1 = tree->nunits + 1;
	return tree->nunits++;
}

/* Codes are looked at once, when they are new; those of ancestors are parts of them. */
static void
check_code(const char *code, int len)
{
	if (gov_code_is_end(code, len))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("unit_rollup cannot take \"%s\" for a unit", pnstrdup(code, len)),
				 errdetail("It is the end of a subtree, as subtree_end() gives it.")));
	(void) gov_unitcode_check(code, len, ERRCODE_DATA_CORRUPTED, NULL);
}

/* Enters a unit that is not there, and those of its ancestors that are not. */
static uint32
enter_new(gov_tree *tree, const char *code, int len, uint32 hash)
{
	uint32		parent = GOV_NO_UNIT;
	int			label = len;

	while (label > 0 && code[label - 1] != '.')
		label--;
	if (label > 0)
	{
		uint32		parent_hash = gov_tree_hash(code, label - 1);
		uint32		at;

		parent = probe(tree, code, label - 1, parent_hash, &at);
		if (parent == GOV_NO_UNIT)
			parent = enter_new(tree, code, label - 1, parent_hash);
	}
	return append_unit(tree, code, len, label, parent, hash);
}

/* The unit's number; it and its ancestors are entered if they are not there. */
uint32
gov_tree_enter_hashed(gov_tree *tree, const char *code, int len, uint32 hash)
{
	uint32		at;
	uint32		id = probe(tree, code, len, hash, &at);

	if (id != GOV_NO_UNIT)
		return id;
	check_code(code, len);
	return enter_new(tree, code, len, hash);
}

uint32
gov_tree_enter(gov_tree *tree, const char *code, int len)
{
	return gov_tree_enter_hashed(tree, code, len, gov_tree_hash(code, len));
}

void
gov_tree_prefetch(const gov_tree *tree, uint32 id)
{
	__builtin_prefetch(&tree->units[id]);
}

/* What a later look-up of that hash will want to see first, */
void
gov_tree_prefetch_slot(const gov_tree *tree, uint32 hash)
{
	__builtin_prefetch(&tree->slots[hash & tree->mask]);
}

/* and what then, when the slot has arrived. */
void
gov_tree_prefetch_unit(const gov_tree *tree, uint32 hash)
{
	uint32		at = hash & tree->mask;

	while (tree->slots[at].id1 != 0 && tree->slots[at].hash != hash)
		at = (at + 1) & tree->mask;
	if (tree->slots[at].id1 != 0)
		__builtin_prefetch(&tree->units[tree->slots[at].id1 - 1]);
}

static int
compare_siblings(const gov_tree *tree, uint32 a, uint32 b)
{
	const unit *left = &tree->units[a];
	const unit *right = &tree->units[b];

	return gov_code_compare(unit_code(left) + left->label, left->len - left->label,
							unit_code(right) + right->label, right->len - right->label);
}

static int
compare_siblings_arg(const void *a, const void *b, void *tree)
{
	return compare_siblings(tree, *(const uint32 *) a, *(const uint32 *) b);
}

/*
 * Is it worth while to rank all units for the sake of n?  It is if they are many, or if
 * others were asked for before and the dictionary has not changed, as when many groups
 * are read out at the end.
 */
bool
gov_tree_ranks_pay(gov_tree *tree, uint32 n)
{
	if (tree->ranks != NULL && tree->ranked == tree->nunits)
		return true;
	if (tree->asked != tree->nunits)
		tree->asked_for = 0;
	tree->asked = tree->nunits;
	tree->asked_for += n;
	return tree->asked_for >= tree->nunits / RANKED_SHARE;
}

/*
 * The rank of each unit in the order of their codes.
 *
 * The point sorts below every character of a label, so this is the tree in preorder
 * with siblings sorted by label: many small sorts in place of a large one.
 */
const uint32 *
gov_tree_ranks(gov_tree *tree)
{
	uint32		n = tree->nunits;
	uint32	   *first;			/* where the children of i - 1 begin; the roots at 0 */
	uint32	   *children;
	uint32	   *stack;
	uint32		depth = 0;
	uint32		done = 0;

	if (tree->ranks != NULL && tree->ranked == n)
		return tree->ranks;
	if (tree->ranks != NULL)
		pfree(tree->ranks);
	tree->ranks = NULL;

	first = gov_large_alloc_zero(CurrentMemoryContext, ((Size) n + 3) * sizeof(uint32));
	children = gov_large_alloc(CurrentMemoryContext, ((Size) n + 1) * sizeof(uint32));
	stack = gov_large_alloc(CurrentMemoryContext, ((Size) n + 1) * sizeof(uint32));

	/* Counts go two places up, so that filling moves them to where they belong. */
	for (uint32 i = 0; i < n; i++)
		first[tree->units[i].parent + 1 + 2]++;
	for (uint32 i = 1; i < n + 3; i++)
		first[i] += first[i - 1];
	for (uint32 i = 0; i < n; i++)
		children[first[tree->units[i].parent + 1 + 1]++] = i;

	for (uint32 i = 0; i <= n; i++)
	{
		uint32		count = first[i + 1] - first[i];

		if (i % 4096 == 0)
			CHECK_FOR_INTERRUPTS();
		if (count > 1)
			qsort_arg(children + first[i], count, sizeof(uint32), compare_siblings_arg, tree);
	}

	tree->ranks = gov_large_alloc(tree->context, ((Size) n + 1) * sizeof(uint32));
	for (uint32 i = first[1]; i > first[0]; i--)
		stack[depth++] = children[i - 1];
	while (depth > 0)
	{
		uint32		id = stack[--depth];

		tree->ranks[id] = done++;
		for (uint32 i = first[id + 2]; i > first[id + 1]; i--)
			stack[depth++] = children[i - 1];
	}
	tree->ranked = n;
	pfree(first);
	pfree(children);
	pfree(stack);
	return tree->ranks;
}
