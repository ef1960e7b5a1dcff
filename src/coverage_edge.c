/*
 * coverage_edge.c
 *	  The edges of all rows that no neighbour matches, in bounded memory: where all edges
 *	  are too many, they are dealt out to files by their hash, so that those in one place
 *	  come together, and a file is matched at a time.
 */
#include "coverage.h"

#include "miscadmin.h"
#include "overlap.h"
#include "storage/buffile.h"
#include "utils/memutils.h"

#define PARTS_MAX	128
#define PART_BITS	7
#define DEPTH_MAX	4
#define EDGES_MAX	131072		/* with more at a time every look-up misses the processor's cache */

typedef struct Matcher
{
	Size		limit;			/* edges at a time */
	GovEdge    *left;
	size_t		n;
	size_t		room;
} Matcher;

typedef struct Part
{
	BufFile    *file;
	uint64		edges;
} Part;

typedef struct Parts
{
	int			n;
	int			depth;
	Part		part[PARTS_MAX];
} Parts;

static void match_part(Matcher *matcher, Part *part, int depth);

/*-------------------------------------------------------------------------
 * In memory
 *-------------------------------------------------------------------------
 */

static void
keep_unmatched(Matcher *matcher, GovEdge *edge, size_t n)
{
	n = gov_edges_match(edge, n);
	if (n == 0)
		return;
	matcher->left = gov_overlap_grow(matcher->left, &matcher->room, matcher->n, matcher->n + n, sizeof(GovEdge));
	memcpy(matcher->left + matcher->n, edge, n * sizeof(GovEdge));
	matcher->n += n;
}

static size_t
edges_of_row(const GovUnitRow *row, GovEdge *edge)
{
	GovOperand	operand = {0};
	size_t		n;

	gov_operand_read(&operand, row->geometry, row->geometry_size);
	n = gov_edges_of(&operand.shape, row->place, edge);
	gov_operand_free(&operand);
	return n;
}

static void
match_all(Matcher *matcher, GovCoverage *state)
{
	GovEdge    *edge = gov_overlap_alloc((gov_coverage_points(state) + 1) * sizeof(GovEdge));
	GovUnitRow	row;
	size_t		n = 0;

	gov_coverage_rewind(state);
	while (gov_coverage_next(state, &row))
		n += edges_of_row(&row, edge + n);
	keep_unmatched(matcher, edge, n);
	pfree(edge);
}

/*-------------------------------------------------------------------------
 * In files
 *-------------------------------------------------------------------------
 */

static Parts *
open_parts(const Matcher *matcher, uint64 edges, int depth)
{
	Parts	   *parts = palloc0(sizeof(Parts));
	uint64		wanted = edges / matcher->limit + edges / matcher->limit / 4 + 2;

	Assert(wanted > 0);
	parts->n = (int) Min(wanted, PARTS_MAX);
	parts->depth = depth;
	for (int i = 0; i < parts->n; i++)
		parts->part[i].file = BufFileCreateTemp(false);
	return parts;
}

static void
deal_out(Parts *parts, GovEdge *edge, size_t n)
{
	for (size_t i = 0; i < n; i++)
	{
		uint64		hash = gov_edge_hash(edge + i) >> (32 + PART_BITS * parts->depth);
		Part	   *part = parts->part + hash % parts->n;

		BufFileWrite(part->file, edge + i, sizeof(GovEdge));
		part->edges++;
	}
}

static void
match_parts(Matcher *matcher, Parts *parts)
{
	for (int i = 0; i < parts->n; i++)
	{
		match_part(matcher, parts->part + i, parts->depth + 1);
		BufFileClose(parts->part[i].file);
	}
	pfree(parts);
}

static void
rewind_part(Part *part)
{
	if (BufFileSeek(part->file, 0, 0, SEEK_SET) != 0)
		elog(ERROR, "could not return to the beginning of a temporary file");
}

static void
read_edges(Part *part, GovEdge *edge, size_t n)
{
	if (BufFileRead(part->file, edge, n * sizeof(GovEdge)) != n * sizeof(GovEdge))
		ereport(ERROR,
				errcode_for_file_access(),
				errmsg("could not read from a temporary file"));
}

static void
match_part(Matcher *matcher, Part *part, int depth)
{
	GovEdge    *edge;

	CHECK_FOR_INTERRUPTS();
	rewind_part(part);
	/* So many edges in one place are told apart by no hash. */
	if (part->edges <= matcher->limit || depth >= DEPTH_MAX)
	{
		edge = gov_overlap_alloc((part->edges + 1) * sizeof(GovEdge));
		read_edges(part, edge, part->edges);
		keep_unmatched(matcher, edge, part->edges);
	}
	else
	{
		Parts	   *parts = open_parts(matcher, part->edges, depth);
		size_t		n;

		edge = gov_overlap_alloc(matcher->limit * sizeof(GovEdge));
		for (uint64 done = 0; done < part->edges; done += n)
		{
			n = Min(matcher->limit, part->edges - done);
			read_edges(part, edge, n);
			deal_out(parts, edge, n);
		}
		pfree(edge);
		edge = NULL;
		match_parts(matcher, parts);
	}
	if (edge != NULL)
		pfree(edge);
}

static void
match_in_files(Matcher *matcher, GovCoverage *state)
{
	Parts	   *parts = open_parts(matcher, gov_coverage_points(state), 0);
	GovEdge    *edge = NULL;
	size_t		room = 0;
	GovUnitRow	row;

	gov_coverage_rewind(state);
	while (gov_coverage_next(state, &row))
	{
		edge = gov_overlap_grow(edge, &room, 0, row.points + 1, sizeof(GovEdge));
		deal_out(parts, edge, edges_of_row(&row, edge));
	}
	if (edge != NULL)
		pfree(edge);
	match_parts(matcher, parts);
}

GovEdge *
gov_coverage_unmatched(GovCoverage *state, size_t *n)
{
	Matcher		matcher = {0};

	matcher.limit = Max((Size) work_mem * 1024 / (sizeof(GovEdge) + GOV_MATCH_MEMORY) / 2, 1000);
	matcher.limit = Min(matcher.limit, EDGES_MAX);
	if (gov_coverage_points(state) <= matcher.limit)
		match_all(&matcher, state);
	else
		match_in_files(&matcher, state);
	*n = matcher.n;
	return matcher.left;
}
