import type { TreeEntry } from '../system/tree.ts'
import type { PackageJob, PackageResult } from './worker-job.ts'
export function detectInTree(
  _destdir: string,
  _programs: readonly TreeEntry[],
  _job: PackageJob,
  _entry: string,
): { detected: PackageResult['detected']; depends: string | undefined } {
  return { detected: [], depends: undefined }
}
