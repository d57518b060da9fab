/** A workflow's path from the project's folder, with `/`. */
export type WorkflowRef = string;

/** Where a path leads that stands in a file: from that file's own folder. `..` may lead out of the project. */
export function refFrom(file: WorkflowRef, path: string): WorkflowRef {
  const clean = path.replaceAll('\\', '/');
  if (/^(?:\/|[A-Za-z]:\/)/.test(clean)) return clean;
  const parts = file.split('/').slice(0, -1);
  for (const part of clean.split('/')) {
    if (part === '' || part === '.') continue;
    const above = parts.at(-1);
    if (part === '..' && above !== undefined && above !== '..') parts.pop();
    else parts.push(part);
  }
  return parts.join('/');
}

/** A path as it is written in one file to lead to another: what `refFrom` makes the other's path of. Both inside the project. */
export function refTo(file: WorkflowRef, other: WorkflowRef): string {
  const from = file.split('/').slice(0, -1);
  const to = other.split('/');
  let shared = 0;
  while (shared < from.length && shared < to.length - 1 && from[shared] === to[shared]) shared++;
  return [...from.slice(shared).map(() => '..'), ...to.slice(shared)].join('/');
}
