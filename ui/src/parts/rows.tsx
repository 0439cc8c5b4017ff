import type { ReactNode } from "react";
import classes from "./rows.module.css";

export interface Column<T> {
  readonly name: string;
  readonly show: (item: T) => ReactNode;
  /** Numbers and buttons stand at the end of their cell. */
  readonly end?: boolean;
}

interface Props<T> {
  items: readonly T[];
  columns: readonly Column<T>[];
  id: (item: T) => string;
  /** What the table holds, for those who do not see it. */
  label: string;
}

/** A table that becomes a stack of cards where it is narrow. Roles are spelled out: `display: block` takes them away. */
export function Rows<T>({ items, columns, id, label }: Props<T>) {
  return (
    // biome-ignore-start lint/a11y/noRedundantRoles: see above
    <table className={classes.rows} role="table" aria-label={label}>
      <thead role="rowgroup">
        <tr role="row">
          {columns.map((column) => (
            <th key={column.name} role="columnheader" scope="col" className={column.end ? classes.end : undefined}>
              {column.name}
            </th>
          ))}
        </tr>
      </thead>
      <tbody role="rowgroup">
        {items.map((item) => (
          <tr key={id(item)} role="row">
            {columns.map((column) => (
              <td
                key={column.name}
                role="cell"
                data-label={column.name}
                className={column.end ? classes.end : undefined}
              >
                {column.show(item)}
              </td>
            ))}
          </tr>
        ))}
      </tbody>
    </table>
    // biome-ignore-end lint/a11y/noRedundantRoles: see above
  );
}
