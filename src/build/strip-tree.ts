import type { TreeEntry } from '../system/tree.ts'
import type { PackageResult } from './worker-job.ts'
export async function stripTree(
  _destdir: string,
  _programs: readonly TreeEntry[],
  _is: boolean,
): Promise<PackageResult['inspected']> {
  return []
}
