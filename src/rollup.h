/*
 * rollup.h
 *	  The parts of unit_rollup: the dictionary of units (rollup_tree.c), amounts and
 *	  cells (rollup_cell.c), the state (rollup_state.c), rows on
 *	  their way into it (rollup_queue.c), its bytes (rollup_flat.c) and its text
 *	  (rollup_text.c); SQL meets them in rollup.c and rollup_read.c.
 */
#ifndef GOV_ROLLUP_H
#define GOV_ROLLUP_H

#include "governance.h"

#include "lib/stringinfo.h"
#include "utils/expandeddatum.h"
#include "utils/palloc.h"

#include "numeric.h"
#include "unitcode.h"

/* ---------- amounts and cells (rollup_cell.c) ---------- */

/* An integer at the scale that its owner holds, or a numeric if it is wide. */
typedef union gov_amount
{
	gov_int128	small;
	Numeric		wide;
} gov_amount;

/*
 * What is known of the values of a unit, or of a subtree.  The scale is the largest
 * display scale among the values, as that of sum(numeric).  One cache line.
 */
typedef struct gov_cell
{
	gov_amount	sum;
	gov_amount	minimum;
	gov_amount	maximum;
	int64		n;
	uint16		scale;
	bool		wide;			/* the three amounts are numerics */
} gov_cell;

/* Of the values that have a weight: the weights' sum and that of value * weight. */
typedef struct gov_weight
{
	gov_amount	weight;
	gov_amount	product;
	uint16		scale;
	uint16		product_scale;
	bool		present;
	bool		wide;
} gov_weight;

extern bool gov_cell_merge(gov_cell *into, const gov_cell *from, MemoryContext context);
pg_noreturn extern void gov_cell_refuse_count(const char *code, int len);
extern void gov_cell_canonical(gov_cell *cell);
extern void gov_weight_merge(gov_weight *into, const gov_weight *from, MemoryContext context);
extern void gov_weight_canonical(gov_weight *weight);
extern Numeric gov_amount_numeric(gov_amount amount, int scale, bool wide);
extern void gov_cell_set_value(gov_cell *cell, const struct varlena *value, const char *code, int len);
extern void gov_weight_set(gov_weight *weight, const gov_cell *value, const struct varlena *factor,
						   const char *code, int len);

/* ---------- the dictionary of units (rollup_tree.c) ---------- */

#define GOV_NO_UNIT		PG_UINT32_MAX

typedef struct gov_tree gov_tree;

extern gov_tree *gov_tree_create(MemoryContext holder);
extern void gov_tree_hold(gov_tree *tree, MemoryContext holder);
extern MemoryContext gov_tree_context(const gov_tree *tree);
extern uint32 gov_tree_find(const gov_tree *tree, const char *code, int len);
extern uint32 gov_tree_enter(gov_tree *tree, const char *code, int len);
extern uint32 gov_tree_hash(const char *code, int len);
extern uint32 gov_tree_enter_hashed(gov_tree *tree, const char *code, int len, uint32 hash);
extern void gov_tree_prefetch(const gov_tree *tree, uint32 id);
extern void gov_tree_prefetch_slot(const gov_tree *tree, uint32 hash);
extern void gov_tree_prefetch_unit(const gov_tree *tree, uint32 hash);
extern uint32 gov_tree_size(const gov_tree *tree);
extern const char *gov_tree_code(const gov_tree *tree, uint32 id, int *len);
extern bool gov_tree_ranks_pay(gov_tree *tree, uint32 n);
extern const uint32 *gov_tree_ranks(gov_tree *tree);

/* ---------- the state (rollup_state.c) ---------- */

typedef struct gov_rollup gov_rollup;
typedef struct gov_queue gov_queue;

extern gov_rollup *gov_rollup_create(MemoryContext context, gov_tree *tree, gov_queue *queue);
extern gov_rollup *gov_rollup_create_alone(MemoryContext parent);
extern bool gov_rollup_is_expanded(Datum d);
extern gov_rollup *gov_rollup_expanded(Datum d);
extern Datum gov_rollup_datum(gov_rollup *state);
extern void gov_rollup_occur(gov_rollup *state, const char *code, int len);
extern void gov_rollup_value(gov_rollup *state, const char *code, int len, const struct varlena *value,
							 const struct varlena *weight);
extern void gov_rollup_merge_cell(gov_rollup *state, const char *code, int len,
								  const gov_cell *cell, const gov_weight *weight);
extern bool gov_rollup_occurs(const gov_rollup *state, const char *code, int len);
extern void gov_rollup_absorb(gov_rollup *state, Datum other);
extern struct varlena *gov_rollup_kept_flat(gov_rollup *state);
extern struct varlena *gov_rollup_flatten(gov_rollup *state);
extern void gov_rollup_add_small(gov_rollup *state, uint32 id, int64 value, int scale);
extern void gov_rollup_prefetch(const gov_rollup *state, uint32 id);
extern MemoryContext gov_rollup_context(const gov_rollup *state);
extern uint32 *gov_rollup_positions(gov_rollup *state, uint32 *count, bool sorted);
extern void gov_rollup_prefetch_position(const gov_rollup *state, uint32 position);
extern void gov_rollup_prefetch_code(const gov_rollup *state, uint32 position);
extern const char *gov_rollup_get(const gov_rollup *state, uint32 position, int *len,
								  gov_cell *cell, gov_weight *weight);

/* ---------- rows on their way (rollup_queue.c) ---------- */

/* Bytes of the longest code that is queued. */
#define GOV_QUEUED_CODE		24

extern gov_queue *gov_queue_create(MemoryContext context, gov_tree *tree);
extern void gov_queue_push(gov_queue *queue, gov_rollup *state, const char *code, int len,
						   int64 value, int scale);
extern void gov_queue_drain(gov_queue *queue);
extern void gov_queue_forget(gov_queue *queue, MemoryContext context);

/* ---------- bytes (rollup_flat.c) ---------- */

#define GOV_FLAT_VERSION		1
#define GOV_HEAD_VALUES_WIDE	1
#define GOV_HEAD_WEIGHTS_WIDE	2
#define GOV_HEAD_WEIGHTED		4
#define GOV_HEAD_BITS			3
#define GOV_COUNT_MAX			UINT64CONST(999999999999999999) /* the digits that text takes */

/*
 * Walks over the units of a state in the order of their codes, be it flat or
 * expanded.  What is found is canonical; wide amounts are allocated in the
 * current context or belong to the state.
 */
typedef struct gov_reader
{
	char		code[GOV_CODE_MAX];
	int			len;
	gov_cell	cell;
	gov_weight	weight;
	uint32		count;			/* units in all */

	/* flat */
	int			shared;			/* bytes that the code before has too */
	const unsigned char *p;
	const unsigned char *end;
	uint32		left;
	bool		check;			/* the bytes come from outside */

	/* expanded */
	gov_rollup *state;
	uint32	   *order;
	uint32		next;
} gov_reader;

extern void gov_reader_begin(gov_reader *reader, Datum d);
extern void gov_reader_begin_anyhow(gov_reader *reader, Datum d);
extern bool gov_reader_next(gov_reader *reader);
extern bool gov_reader_code(gov_reader *reader);
extern void gov_reader_amounts(gov_reader *reader);
extern void gov_reader_skip(gov_reader *reader);
extern bool gov_reader_seek(gov_reader *reader, const char *code, int len);
extern bool gov_reader_is_below(const gov_reader *reader, int len);
extern bool gov_reader_has_subtree(const gov_reader *reader);
extern void gov_reader_end(gov_reader *reader);
extern void gov_flat_check(const char *bytes, size_t len);
extern bool gov_amounts_check(const gov_cell *cell, const gov_weight *weight, int sqlstate,
							  const char *code, int len, struct Node *escontext);
extern uint32 gov_flat_count(struct varlena *flat);
extern struct varlena *gov_rollup_flat(Datum d);

/* ---------- writing (rollup_write.c) ---------- */

extern struct varlena *gov_flat_write(gov_rollup *state);
extern struct varlena *gov_flat_merge(struct varlena **parts, uint32 n);

#endif
