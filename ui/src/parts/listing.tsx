import type { Icon } from "@tabler/icons-react";
import { Empty } from "./empty";
import { Failed } from "./failed";
import { Loading } from "./loading";
import { type Column, Rows } from "./rows";

interface Props<T> {
  /** The state of asking for the items. */
  asked: { data: readonly T[] | undefined; error: unknown; isPending: boolean; refetch: () => unknown };
  columns: readonly Column<T>[];
  id: (item: T) => string;
  label: string;
  empty: { icon: Icon; title: string; hint: string };
}

/** A list in each of its states: on its way, refused, empty, and there. */
export function Listing<T>({ asked, columns, id, label, empty }: Props<T>) {
  if (asked.error) return <Failed error={asked.error} retry={asked.refetch} />;
  if (asked.isPending || !asked.data) return <Loading />;
  if (!asked.data.length) {
    return (
      <Empty icon={empty.icon} title={empty.title}>
        {empty.hint}
      </Empty>
    );
  }
  return <Rows items={asked.data} columns={columns} id={id} label={label} />;
}
