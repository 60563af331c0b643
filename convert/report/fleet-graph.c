/*
 * Who needs whom as inline SVG: who is needed stands right of who needs it, as
 * far as there are no circles.  What is none of the machines has a dashed frame.
 */
#include "convert/report/fleet.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "common/own.h"
#include "convert/emit/markup.h"
#include "convert/report/words.h"

enum {
	NODES_LIMIT = 80, /* more is no picture */
	COLUMNS = 8,
	WIDTH = 1000,
	NODE_WIDTH = 170,
	NODE_HEIGHT = 46,
	ROW = 72,
	TOP = 12,
	LETTERS = 18,
	BULGE = 42,
	SAG = 56 /* three quarters of it is between two rows */
};

struct node {
	size_t machine; /* or FLEET_OUTSIDE */
	const char *name;
	unsigned column, row;
	bool placed; /* in its row */
	enum { VISIT_NONE, VISIT_OPEN, VISIT_DONE } visit;
};

struct edge {
	size_t from, to; /* nodes */
	bool closes;	 /* a circle */
};

struct graph {
	const struct fleet *fleet;
	struct node nodes[NODES_LIMIT];
	size_t count;
	struct edge *edges;
	size_t edge_count;
	unsigned columns, rows;
};

static void
graph_freep(struct graph **graph)
{
	if (*graph != NULL)
		free((*graph)->edges);
	free(*graph);
}

/* NULL when there are too many. */
static struct node *
node_of(struct graph *graph, size_t machine, const char *host)
{
	const char *name = machine == FLEET_OUTSIDE ? host
		: graph->fleet->parts[machine].machine;
	struct node *node = graph->nodes;

	for (; node < graph->nodes + graph->count; node++)
		if (node->machine == machine && strcasecmp(node->name, name) == 0)
			return node;
	if (graph->count == NODES_LIMIT)
		return NULL;
	graph->count++;
	*node = (struct node){.machine = machine, .name = name};
	return node;
}

/* Follow the links from a node; one that leads back on the way closes a circle
 * and does not count for the columns. */
static void
find_circles(struct graph *graph, size_t from)
{
	struct node *node = &graph->nodes[from];

	node->visit = VISIT_OPEN;
	for (size_t i = 0; i < graph->edge_count; i++) {
		struct edge *edge = &graph->edges[i];

		if (edge->from != from)
			continue;
		edge->closes = graph->nodes[edge->to].visit == VISIT_OPEN;
		if (graph->nodes[edge->to].visit == VISIT_NONE)
			find_circles(graph, edge->to);
	}
	node->visit = VISIT_DONE;
}

/* Push who is needed to the right of who needs it. */
static void
choose_columns(struct graph *graph)
{
	bool moved = true;

	for (size_t i = 0; i < graph->count; i++)
		if (graph->nodes[i].visit == VISIT_NONE)
			find_circles(graph, i);
	while (moved) {
		moved = false;
		for (size_t i = 0; i < graph->edge_count; i++) {
			const struct edge *edge = &graph->edges[i];
			struct node *to = &graph->nodes[edge->to];
			unsigned least = graph->nodes[edge->from].column + 1;

			if (edge->closes || to->column >= least ||
				least >= COLUMNS)
				continue;
			to->column = least;
			moved = true;
		}
	}
}

/* Where those who need it stand, on average. */
static double
wished_row(const struct graph *graph, size_t node)
{
	double sum = 0, count = 0;

	for (size_t i = 0; i < graph->edge_count; i++)
		if (graph->edges[i].to == node && !graph->edges[i].closes) {
			sum += graph->nodes[graph->edges[i].from].row;
			count++;
		}
	return count > 0 ? sum / count : 0;
}

static void
choose_rows(struct graph *graph)
{
	for (unsigned column = 0; column < COLUMNS; column++) {
		unsigned rows = 0;

		for (;;) {
			size_t best = graph->count;

			for (size_t i = 0; i < graph->count; i++)
				if (graph->nodes[i].column == column &&
					!graph->nodes[i].placed &&
					(best == graph->count ||
						wished_row(graph, i) <
							wished_row(graph, best)))
					best = i;
			if (best == graph->count)
				break;
			graph->nodes[best].row = rows++;
			graph->nodes[best].placed = true;
		}
		if (rows > 0)
			graph->columns = column + 1;
		graph->rows = rows > graph->rows ? rows : graph->rows;
	}
}

static double
left_of(const struct graph *graph, const struct node *node)
{
	if (graph->columns < 2)
		return 0;
	return (double)(WIDTH - NODE_WIDTH - 4) * node->column /
			(graph->columns - 1) + 2;
}

static double
top_of(const struct node *node)
{
	return TOP + (double)ROW * node->row;
}

static void
print_node(FILE *out, const struct graph *graph, const struct node *node)
{
	double x = left_of(graph, node), y = top_of(node);
	bool outside = node->machine == FLEET_OUTSIDE;
	const struct word *tier = outside ? NULL
		: word_tier(fleet_tier(graph->fleet, node->machine));
	char name[LETTERS + 4];

	snprintf(name, sizeof name, "%.*s%s",
		strlen(node->name) > LETTERS ? LETTERS - 2 : LETTERS, node->name,
		strlen(node->name) > LETTERS ? "..." : "");
	fprintf(out, "<rect class=\"%s\" x=\"%.1f\" y=\"%.1f\" width=\"%d\" "
		"height=\"%d\" rx=\"6\"/>", outside ? "outside" : "node", x, y,
		NODE_WIDTH, NODE_HEIGHT);
	if (tier != NULL)
		fprintf(out, "<rect class=\"bar %s\" x=\"%.1f\" y=\"%.1f\" "
			"width=\"5\" height=\"%d\" rx=\"2\"/>", tier->class,
			x + 5, y + 6, NODE_HEIGHT - 12);
	fprintf(out, "<text class=\"label\" x=\"%.1f\" y=\"%.1f\">", x + 18,
		y + 19);
	markup_text(out, name);
	fprintf(out, "</text><text class=\"small\" x=\"%.1f\" y=\"%.1f\">",
		x + 18, y + 36);
	markup_text(out, outside ? "not among these" : tier->words);
	fputs("</text>", out);
}

/*
 * Rightwards from side to side, and between the rows where others stand in the
 * way; back in a circle, from beneath to beneath.
 */
static void
print_edge(FILE *out, const struct graph *graph, const struct edge *edge)
{
	const struct node *from = &graph->nodes[edge->from];
	const struct node *to = &graph->nodes[edge->to];
	bool forward = to->column > from->column;
	double along = forward ? NODE_WIDTH : NODE_WIDTH / 2.0;
	double down = forward ? NODE_HEIGHT / 2.0 : NODE_HEIGHT;
	double x = left_of(graph, from) + along, y = top_of(from) + down;
	double end = left_of(graph, to) + (forward ? 0 : NODE_WIDTH / 2.0 - 24);
	double end_y = top_of(to) + down, bend = (end - x) / 2, sag = 0;

	if (to->column > from->column + 1) {
		bend = 10;
		sag = SAG;
	}

	if (forward)
		fprintf(out, "<path class=\"edge\" d=\"M%.1f %.1fC%.1f %.1f "
			"%.1f %.1f %.1f %.1f\"/><path class=\"arrow\" "
			"d=\"M%.1f %.1fl-8 -5v10z\"/>", x, y, x + bend, y + sag,
			end - bend, end_y + sag, end - 8, end_y, end, end_y);
	else
		fprintf(out, "<path class=\"edge\" d=\"M%.1f %.1fC%.1f %.1f "
			"%.1f %.1f %.1f %.1f\"/><path class=\"arrow\" "
			"d=\"M%.1f %.1fl-5 8h10z\"/>", x, y, x, y + BULGE, end,
			end_y + BULGE, end, end_y + 8, end, end_y);
}

static void
add_edges(struct graph *graph)
{
	const struct fleet *fleet = graph->fleet;

	for (size_t i = 0; i < fleet->link_count; i++) {
		const struct fleet_link *link = &fleet->links[i];
		const struct node *from = node_of(graph, link->from, NULL);
		const struct node *to = node_of(graph, link->to, link->host);

		if (from == NULL || to == NULL)
			continue;
		graph->edges[graph->edge_count++] = (struct edge){
			(size_t)(from - graph->nodes),
			(size_t)(to - graph->nodes), false};
	}
}

void
fleet_graph_print(FILE *out, const struct fleet *fleet)
{
	AUTO(graph_freep) struct graph *graph = calloc(1, sizeof *graph);

	if (graph == NULL)
		return;
	graph->fleet = fleet;
	graph->edges = calloc(fleet->link_count + 1, sizeof *graph->edges);
	if (graph->edges == NULL)
		return;
	add_edges(graph);
	choose_columns(graph);
	choose_rows(graph);
	fprintf(out, "<section class=\"scroll\" tabindex=\"0\" "
		"aria-label=\"Graph of who needs whom\"><svg class=\"map\" "
		"viewBox=\"0 0 %d %u\" role=\"img\" aria-label=\"%zu machines "
		"and hosts, arrows from who needs to who is needed; the table "
		"beneath says the same\">", WIDTH, 2 * TOP + ROW * graph->rows + 12,
		graph->count);
	for (size_t i = 0; i < graph->edge_count; i++)
		print_edge(out, graph, &graph->edges[i]);
	for (size_t i = 0; i < graph->count; i++)
		print_node(out, graph, &graph->nodes[i]);
	fputs("</svg></section>\n", out);
	if (graph->count == NODES_LIMIT)
		fputs("<p class=\"soft small\">The picture is of the first "
		      "ones; the table has all.</p>\n", out);
}
