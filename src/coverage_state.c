/*
 * coverage_state.c
 *	  The state of coverage_defects(): an expanded object that keeps rows of units and
 *	  polygons in memory, and beyond work_mem in a temporary file. Its flat form, which
 *	  goes from a worker to its leader, is a bytea with all rows in it.
 *
 * A row is a head, the unit's code and the geometry's bytes, each padded to eight bytes.
 * Its place is the offset of its head in the buffer, or in the file.
 */
#include "coverage.h"

#include "miscadmin.h"
#include "overlap.h"
#include "storage/buffile.h"
#include "unitcode.h"
#include "utils/expandeddatum.h"
#include "utils/float.h"
#include "utils/memutils.h"

#define MAGIC		0x636f7631	/* also tells a state of another byte order */
#define FILE_BITS	31			/* of a place: offset in a file of less than 2 GB */

typedef struct RowHead
{
	GovBox		box;
	uint32		unit_size;
	uint32		geometry_size;
	uint32		points;
	uint32		spare;
} RowHead;

typedef struct FlatHead
{
	uint32		magic;
	int32		srid;
	float8		tolerance;
} FlatHead;

struct GovCoverage
{
	ExpandedObjectHeader header;
	bool		has_srid;
	bool		has_tolerance;
	int32		srid;
	double		tolerance;
	uint64		rows;
	uint64		points;
	Size		total;			/* bytes of all rows */
	char	   *buffer;
	Size		used;
	Size		room;
	BufFile    *file;			/* all rows, once there are too many */
	int			end_file;		/* where it ends */
	off_t		end_offset;
	bool		at_end;
	/* reading */
	uint64		next;			/* rows read since the beginning */
	Size		next_offset;	/* in the buffer */
	char	   *row;			/* the one read last from the file */
	Size		row_room;
};

static Size flat_size(ExpandedObjectHeader *header);
static void flatten(ExpandedObjectHeader *header, void *result, Size size);

static const ExpandedObjectMethods methods = {flat_size, flatten};

/*-------------------------------------------------------------------------
 * Making one
 *-------------------------------------------------------------------------
 */

static GovCoverage *
create(MemoryContext parent)
{
	MemoryContext context = AllocSetContextCreate(parent, "governance coverage", ALLOCSET_SMALL_SIZES);
	GovCoverage *state = MemoryContextAllocZero(context, sizeof(GovCoverage));

	EOH_init_header(&state->header, &methods, context);
	return state;
}

static GovCoverage *
own_state(Datum datum)
{
	GovCoverage *state;

	if (!VARATT_IS_EXTERNAL_EXPANDED(DatumGetPointer(datum)))
		return NULL;
	state = (GovCoverage *) DatumGetEOHP(datum);
	return state->header.eoh_methods == &methods ? state : NULL;
}

GovCoverage *
gov_coverage_for_update(FunctionCallInfo fcinfo)
{
	MemoryContext context;
	GovCoverage *state;

	if (AggCheckCallContext(fcinfo, &context))
	{
		if (!PG_ARGISNULL(0) && VARATT_IS_EXTERNAL_EXPANDED_RW(DatumGetPointer(PG_GETARG_DATUM(0))))
		{
			state = own_state(PG_GETARG_DATUM(0));
			if (state != NULL)
				return state;
		}
		state = create(context);
	}
	else
		state = create(CurrentMemoryContext);
	if (!PG_ARGISNULL(0))
		gov_coverage_absorb(state, fcinfo, PG_GETARG_DATUM(0));
	return state;
}

GovCoverage *
gov_coverage_for_reading(FunctionCallInfo fcinfo)
{
	GovCoverage *state;

	if (PG_ARGISNULL(0))
		return NULL;
	state = own_state(PG_GETARG_DATUM(0));
	if (state == NULL)
	{
		state = create(CurrentMemoryContext);
		gov_coverage_absorb(state, NULL, PG_GETARG_DATUM(0));
	}
	return state;
}

Datum
gov_coverage_datum(GovCoverage *state)
{
	return EOHPGetRWDatum(&state->header);
}

/*-------------------------------------------------------------------------
 * What all rows have in common
 *-------------------------------------------------------------------------
 */

void
gov_coverage_set_tolerance(GovCoverage *state, double tolerance)
{
	if (!(tolerance >= 0) || isinf(tolerance))
		ereport(ERROR,
				errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				errmsg("tolerance of coverage_defects must be a number of map units that is not negative, not %s",
					   float8out_internal(tolerance)));
	if (state->has_tolerance && state->tolerance != tolerance)
		ereport(ERROR,
				errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				errmsg("coverage_defects has two tolerances: %s and %s",
					   float8out_internal(state->tolerance), float8out_internal(tolerance)),
				errdetail("All rows are judged by one tolerance."));
	state->tolerance = tolerance;
	state->has_tolerance = true;
}

void
gov_coverage_set_srid(GovCoverage *state, int32 srid)
{
	if (state->has_srid)
		gov_srid_check(state->srid, srid);
	state->srid = srid;
	state->has_srid = true;
}

double
gov_coverage_tolerance(const GovCoverage *state)
{
	return state->tolerance;
}

int32
gov_coverage_srid(const GovCoverage *state)
{
	return state->srid;
}

uint64
gov_coverage_points(const GovCoverage *state)
{
	return state->points;
}

/*-------------------------------------------------------------------------
 * Writing
 *-------------------------------------------------------------------------
 */

static Size
row_size(const RowHead *head)
{
	return sizeof(RowHead) + TYPEALIGN(8, (Size) head->unit_size) + TYPEALIGN(8, (Size) head->geometry_size);
}

/* Not called after an error: then the file goes with its resource owner. */
static void
close_file(Datum arg)
{
	GovCoverage *state = (GovCoverage *) DatumGetPointer(arg);

	if (state->file != NULL)
		BufFileClose(state->file);
	state->file = NULL;
}

static void
write_bytes(GovCoverage *state, const char *bytes, Size size)
{
	if (!state->at_end && BufFileSeek(state->file, state->end_file, state->end_offset, SEEK_SET) != 0)
		elog(ERROR, "could not return to the end of a temporary file");
	BufFileWrite(state->file, (void *) bytes, size);
	BufFileTell(state->file, &state->end_file, &state->end_offset);
	state->at_end = true;
}

/* A file belongs to an aggregate, which tells when it ends. */
static bool
may_spill(FunctionCallInfo fcinfo)
{
	return fcinfo != NULL && AggCheckCallContext(fcinfo, NULL) == AGG_CONTEXT_AGGREGATE;
}

static void
open_file(GovCoverage *state, FunctionCallInfo fcinfo)
{
	MemoryContext before = MemoryContextSwitchTo(state->header.eoh_context);

	state->file = BufFileCreateTemp(false);
	state->at_end = true;
	MemoryContextSwitchTo(before);
	AggRegisterCallback(fcinfo, close_file, PointerGetDatum(state));
	write_bytes(state, state->buffer, state->used);
	pfree(state->buffer);
	state->buffer = NULL;
	state->used = state->room = 0;
}

/* Room in the buffer; where there shall be no more, a file is begun. */
static bool
make_room(GovCoverage *state, FunctionCallInfo fcinfo, Size size)
{
	Size		limit = (Size) work_mem * 1024 / 2;

	if (state->file != NULL)
		return false;
	if (state->used + size <= state->room)
		return true;
	if (state->used > 0 && 2 * (state->used + size) > limit && may_spill(fcinfo))
	{
		open_file(state, fcinfo);
		return false;
	}
	state->room = Max(2 * (state->used + size), 1024);
	if (state->buffer == NULL)
		state->buffer = MemoryContextAllocHuge(state->header.eoh_context, state->room);
	else
		state->buffer = repalloc_huge(state->buffer, state->room);
	return true;
}

static void
put_padded(char *to, const char *bytes, Size size)
{
	memcpy(to, bytes, size);
	memset(to + size, 0, TYPEALIGN(8, size) - size);
}

void
gov_coverage_add(GovCoverage *state, FunctionCallInfo fcinfo, const GovUnitRow *row)
{
	RowHead		head = {row->box, row->unit_size, row->geometry_size, row->points, 0};
	Size		size = row_size(&head);
	bool		in_buffer = make_room(state, fcinfo, size);
	char	   *to = in_buffer ? state->buffer + state->used : palloc(size);

	memcpy(to, &head, sizeof(head));
	put_padded(to + sizeof(head), row->unit, row->unit_size);
	put_padded(to + sizeof(head) + TYPEALIGN(8, row->unit_size), row->geometry, row->geometry_size);
	if (in_buffer)
		state->used += size;
	else
	{
		write_bytes(state, to, size);
		pfree(to);
	}
	state->total += size;
	state->rows++;
	state->points += row->points;
}

/*-------------------------------------------------------------------------
 * Reading
 *-------------------------------------------------------------------------
 */

static void
read_bytes(GovCoverage *state, char *bytes, Size size)
{
	if (BufFileRead(state->file, bytes, size) != size)
		ereport(ERROR,
				errcode_for_file_access(),
				errmsg("could not read from a temporary file"));
}

static char *
row_room(GovCoverage *state, Size size)
{
	if (state->row_room < size)
	{
		if (state->row != NULL)
			pfree(state->row);
		state->row_room = size + size / 2;
		state->row = MemoryContextAllocHuge(state->header.eoh_context, state->row_room);
	}
	return state->row;
}

/* A row whose head is at hand. */
static void
show_row(const RowHead *head, const char *bytes, uint64 place, GovUnitRow *row)
{
	row->place = place;
	row->box = head->box;
	row->unit = bytes;
	row->unit_size = head->unit_size;
	row->geometry = bytes + TYPEALIGN(8, head->unit_size);
	row->geometry_size = head->geometry_size;
	row->points = head->points;
}

static void
read_row(GovCoverage *state, uint64 place, GovUnitRow *row)
{
	RowHead		head;
	char	   *bytes;

	read_bytes(state, (char *) &head, sizeof(head));
	bytes = row_room(state, row_size(&head) - sizeof(head));
	read_bytes(state, bytes, row_size(&head) - sizeof(head));
	show_row(&head, bytes, place, row);
}

void
gov_coverage_at(GovCoverage *state, uint64 place, GovUnitRow *row)
{
	if (state->file == NULL)
	{
		show_row((RowHead *) (state->buffer + place), state->buffer + place + sizeof(RowHead), place, row);
		return;
	}
	state->at_end = false;
	if (BufFileSeek(state->file, (int) (place >> FILE_BITS), (off_t) (place & ((UINT64CONST(1) << FILE_BITS) - 1)), SEEK_SET) != 0)
		elog(ERROR, "could not return to a row in a temporary file");
	read_row(state, place, row);
}

void
gov_coverage_rewind(GovCoverage *state)
{
	state->next = 0;
	state->next_offset = 0;
	if (state->file != NULL)
	{
		state->at_end = false;
		if (BufFileSeek(state->file, 0, 0, SEEK_SET) != 0)
			elog(ERROR, "could not return to the beginning of a temporary file");
	}
}

bool
gov_coverage_next(GovCoverage *state, GovUnitRow *row)
{
	CHECK_FOR_INTERRUPTS();
	if (state->next == state->rows)
		return false;
	state->next++;
	if (state->file == NULL)
	{
		const RowHead *head = (RowHead *) (state->buffer + state->next_offset);

		gov_coverage_at(state, state->next_offset, row);
		state->next_offset += row_size(head);
	}
	else
	{
		int			fileno;
		off_t		offset;

		BufFileTell(state->file, &fileno, &offset);
		read_row(state, (uint64) fileno << FILE_BITS | (uint64) offset, row);
	}
	return true;
}

/*-------------------------------------------------------------------------
 * Flat
 *-------------------------------------------------------------------------
 */

static Size
flat_size(ExpandedObjectHeader *header)
{
	GovCoverage *state = (GovCoverage *) header;
	Size		size = VARHDRSZ + sizeof(FlatHead) + state->total;

	if (!AllocSizeIsValid(size))
		ereport(ERROR,
				errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
				errmsg("coverage_defects cannot hand over a state of %zu bytes", size),
				errdetail("A worker hands its rows to the leader as one value, which holds less than 1 GB."),
				errhint("SET max_parallel_workers_per_gather = 0: without workers there is no limit."));
	return size;
}

static void
flatten(ExpandedObjectHeader *header, void *result, Size size)
{
	GovCoverage *state = (GovCoverage *) header;
	FlatHead	head = {MAGIC, state->srid, state->has_tolerance ? state->tolerance : -1};
	char	   *to = VARDATA(result);

	SET_VARSIZE(result, size);
	/* A state without a reference has no rows, and one without a tolerance neither. */
	if (!state->has_srid)
		head.srid = PG_INT32_MIN;
	memcpy(to, &head, sizeof(head));
	to += sizeof(head);
	if (state->file == NULL)
	{
		if (state->used > 0)
			memcpy(to, state->buffer, state->used);
		return;
	}
	gov_coverage_rewind(state);
	read_bytes(state, to, state->total);
}

static void
raise_corrupt(void)
{
	ereport(ERROR,
			errcode(ERRCODE_DATA_CORRUPTED),
			errmsg("state of coverage_defects is corrupt"),
			errhint("It is handed from one process to another, not to be made or kept."));
}

/* A row of bytes that may be anybody's; returns its size. */
static Size
absorb_row(GovCoverage *state, FunctionCallInfo fcinfo, const char *bytes, Size left)
{
	RowHead		head;
	GovUnitRow	row;
	GovOperand	operand = {0};

	if (left < sizeof(head))
		raise_corrupt();
	memcpy(&head, bytes, sizeof(head));
	if (row_size(&head) > left)
		raise_corrupt();
	show_row(&head, bytes + sizeof(head), 0, &row);
	gov_unitcode_check(row.unit, row.unit_size, ERRCODE_DATA_CORRUPTED, NULL);
	gov_operand_read(&operand, row.geometry, row.geometry_size);
	if (operand.shape.points == 0)
		raise_corrupt();
	gov_coverage_set_srid(state, operand.srid);
	gov_operand_check(&operand);
	row.box = operand.shape.box;
	row.points = operand.shape.points;
	gov_coverage_add(state, fcinfo, &row);
	gov_operand_free(&operand);
	return row_size(&head);
}

static void
absorb_flat(GovCoverage *state, FunctionCallInfo fcinfo, struct varlena *flat)
{
	const char *bytes = VARDATA_ANY(flat);
	Size		left = VARSIZE_ANY_EXHDR(flat);
	FlatHead	head;

	if (left < sizeof(head))
		raise_corrupt();
	memcpy(&head, bytes, sizeof(head));
	if (head.magic != MAGIC)
		raise_corrupt();
	if (head.srid != PG_INT32_MIN)
		gov_coverage_set_srid(state, head.srid);
	if (head.tolerance != -1)
		gov_coverage_set_tolerance(state, head.tolerance);
	bytes += sizeof(head);
	left -= sizeof(head);
	if (left > 0 && head.tolerance == -1)
		raise_corrupt();
	while (left > 0)
	{
		Size		size = absorb_row(state, fcinfo, bytes, left);

		CHECK_FOR_INTERRUPTS();
		bytes += size;
		left -= size;
	}
}

void
gov_coverage_absorb(GovCoverage *state, FunctionCallInfo fcinfo, Datum other)
{
	GovCoverage *from = own_state(other);
	GovUnitRow	row;

	if (from == NULL)
	{
		absorb_flat(state, fcinfo, PG_DETOAST_DATUM_PACKED(other));
		return;
	}
	if (from->has_srid)
		gov_coverage_set_srid(state, from->srid);
	if (from->has_tolerance)
		gov_coverage_set_tolerance(state, from->tolerance);
	gov_coverage_rewind(from);
	while (gov_coverage_next(from, &row))
		gov_coverage_add(state, fcinfo, &row);
}
