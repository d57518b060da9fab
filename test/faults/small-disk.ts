import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';

/** A disk of a few KiB, which can be filled and emptied. Only for those who may mount one. */
export interface SmallDisk {
  /** Leaves so much room, in whole pages of 4 KiB. */
  fill(leavePages: number): void;
  free(): void;
  unmount(): void;
}

const PAGE_BYTES = 4096;

/** Undefined where this user may not mount. */
export function mountSmallDisk(folder: string, sizeKiB: number): SmallDisk | undefined {
  fs.mkdirSync(folder, { recursive: true });
  const { status } = spawnSync('mount', ['-t', 'tmpfs', '-o', `size=${sizeKiB}k`, 'tmpfs', folder]);
  if (status !== 0) return undefined;
  const filler = path.join(folder, '.filler');
  return {
    fill(leavePages) {
      const fd = fs.openSync(filler, 'w');
      let bytes = 0;
      try {
        for (;;) bytes += fs.writeSync(fd, Buffer.alloc(PAGE_BYTES));
      } catch {
        // It is full, which was asked for.
      }
      fs.ftruncateSync(fd, Math.max(0, bytes - leavePages * PAGE_BYTES));
      fs.closeSync(fd);
    },
    free: () => fs.rmSync(filler, { force: true }),
    unmount: () => void spawnSync('umount', ['-l', folder]),
  };
}
