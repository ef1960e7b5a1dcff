/*
 * unitcode_stats.h
 *	  What ANALYZE keeps about a column of codes beyond the usual, for the
 *	  selectivity functions.
 *
 * STATISTIC_KIND_MCELEM: the units, inner ones too, whose subtrees hold most
 * rows, in code order, with the share of rows in each subtree, and the least
 * and the greatest of these shares at the end.
 *
 * STATISTIC_KIND_UNITCODE_DEPTHS: no values; the numbers are one DepthShares
 * for every depth from 1 to the greatest that occurs, and then for every listed
 * unit the part of its subtree's rows that carry its own code.
 */
#ifndef GOV_UNITCODE_STATS_H
#define GOV_UNITCODE_STATS_H

#include "unitcode.h"

/* Of the range that PostgreSQL leaves to private use. */
#define STATISTIC_KIND_UNITCODE_DEPTHS 22600

/* Shares are of all rows; a mean is over the units estimated for the column. */
typedef struct DepthShares
{
	float4		own;			/* rows with a code of just this depth */
	float4		own_mean;		/* rows with one such code */
	float4		subtree_mean;	/* rows in the subtree of a unit of this depth */
	float4		rest_mean;		/* the same, for units that MCELEM does not list */
} DepthShares;

#define DEPTH_SHARES_NUMBERS ((int) (sizeof(DepthShares) / sizeof(float4)))

#endif
