import { createHash } from 'node:crypto';
import path from 'node:path';
import { FileLine } from './file-line.ts';
import { viewOf } from './group-places.ts';
import type { Entered, GroupRequest, Groups, GroupView } from './groups.ts';
import { standInLine } from './stand-in-line.ts';

/** Keeps groups under a folder (`.baton` of a project), for every process that uses it. */
export class FileGroups implements Groups {
  readonly #root: string;

  constructor(root: string) {
    this.#root = root;
  }

  enter(request: GroupRequest, signal: AbortSignal): Promise<Entered> {
    return standInLine(this.#line(request.group), request, signal);
  }

  look(group: string): Promise<GroupView> {
    return Promise.resolve(viewOf(this.#line(group).members()));
  }

  #line(group: string): FileLine {
    return new FileLine({ root: this.#root, folder: path.join(this.#root, 'groups', folderOf(group)) });
  }
}

const READABLE_LENGTH = 40;

/**
 * The folder of a group: enough of its name to be recognised, and a hash that tells it from every other, also where
 * the file system takes `A` for `a`, or refuses a character, a length or `con`.
 */
function folderOf(group: string): string {
  const readable = group.replace(/[^A-Za-z0-9]+/g, '-').slice(0, READABLE_LENGTH);
  // As JSON, because halves of surrogate pairs all look the same in UTF-8.
  const hash = createHash('sha256').update(JSON.stringify(group)).digest('hex').slice(0, 20);
  return `${readable}-${hash}`;
}
