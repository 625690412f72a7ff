// SPDX-License-Identifier: MIT
//
// Tables that can be sorted by any column.
import { formatNumber } from "./format.js";
import { element, number, type Rich } from "./rich.js";
import type { Estimate } from "./results.js";

export interface Column<Row = any> {
  heading: Rich;
  /** What rows are sorted by, and shown unless there is `show`. */
  value: (row: Row) => number | string | null | undefined;
  show?: (row: Row) => Rich;
}

export interface TableOptions {
  caption?: string;
  sortable?: boolean;
  /** At most so many rows; the caller says that there are more. */
  limit?: number;
}

/** The cell of a number; a dash where there is none. */
export function cell(value: number | null | undefined, format: (value: number) => string = formatNumber): Rich {
  return typeof value === "number" ? [number(value, format(value))] : ["–"];
}

/** A column of an estimate with its interval. */
export function estimateColumn<Row>(
  heading: Rich,
  of: (row: Row) => Estimate | undefined,
  format: (value: number) => string = formatNumber,
): Column<Row> {
  return {
    heading,
    value: (row) => of(row)?.estimate,
    show: (row) => {
      const found = of(row);
      if (typeof found?.low !== "number" || typeof found.high !== "number") return cell(found?.estimate, format);
      return [...cell(found.estimate, format), " (", ...cell(found.low, format), " to ", ...cell(found.high, format), ")"];
    },
  };
}

/** Smaller first; what is missing comes last. */
function compare(a: unknown, b: unknown): number {
  if (typeof a === "number" && typeof b === "number") return a - b;
  if (typeof a === "string" && typeof b === "string") return a.localeCompare(b);
  return 0;
}

export function sorted<Row>(rows: Row[], column: Column<Row>, descending: boolean): Row[] {
  const isMissing = (row: Row) => column.value(row) === null || column.value(row) === undefined;
  const known = rows.filter((row) => !isMissing(row));
  known.sort((a, b) => (descending ? -1 : 1) * compare(column.value(a), column.value(b)));
  return [...known, ...rows.filter(isMissing)];
}

function bodyOf<Row>(columns: Column<Row>[], rows: Row[]): HTMLTableSectionElement {
  const body = element("tbody");
  for (const row of rows) {
    const line = element("tr");
    columns.forEach((column, i) => {
      const value = column.value(row);
      const content = column.show?.(row) ?? (typeof value === "string" ? [value] : cell(value));
      const name = i === 0 ? "th" : "td";
      const made = element(name, {}, ...content);
      if (i === 0) made.setAttribute("scope", "row");
      if (typeof value !== "string") made.classList.add("number");
      line.append(made);
    });
    body.append(line);
  }
  return body;
}

/** A caption within would be as wide as its table, and scroll with it. */
function framed(made: HTMLTableElement, caption: string | undefined): HTMLElement {
  const name = caption ?? "Table";
  made.setAttribute("aria-label", name);
  return element(
    "div",
    { class: "table" },
    caption ? element("p", { class: "caption" }, caption) : null,
    element("div", { class: "scroll", tabindex: 0, role: "region", "aria-label": name }, made),
  );
}

export function table<Row>(columns: Column<Row>[], rows: Row[], options: TableOptions = {}): HTMLElement {
  const made = element("table");
  let order: { column: number; descending: boolean } | undefined;
  const fill = () => {
    const column = order ? columns[order.column] : undefined;
    const shown = column && order ? sorted(rows, column, order.descending) : rows;
    made.querySelector("tbody")?.remove();
    made.append(bodyOf(columns, shown.slice(0, options.limit ?? shown.length)));
  };
  const headings = columns.map((column, i) => {
    const isNumber = !rows.some((row) => typeof column.value(row) === "string");
    const heading = element("th", { scope: "col", class: isNumber ? "number" : "" });
    if (options.sortable) {
      const sort = () => {
        order = { column: i, descending: order?.column === i ? !order.descending : isNumber };
        headings.forEach((other) => other.removeAttribute("aria-sort"));
        heading.setAttribute("aria-sort", order.descending ? "descending" : "ascending");
        fill();
      };
      heading.append(element("button", { type: "button", onclick: sort }, ...column.heading));
    } else {
      heading.append(element("span", {}, ...column.heading));
    }
    return heading;
  });
  made.append(element("thead", {}, element("tr", {}, ...headings)));
  fill();
  return framed(made, options.caption);
}
