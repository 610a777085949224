import { join } from 'node:path'
import { readText } from '../../system/files.ts'
import { type FetchBench, testPackage } from '../fetch-fixture.ts'
import type { FetchSettings } from '../fetch-settings.ts'
import { redactUrls } from '../redact-urls.ts'
import { type DownloadOutcome, download } from './download.ts'

/** For tests: what servers send. */
export const content = Array.from({ length: 400 }, (_, index) => `line ${index}\n`).join('')

export function get(bench: FetchBench, url: string, changes: Partial<FetchSettings> = {}): Promise<DownloadOutcome> {
  return download(
    { url, partialPath: partialOf(bench), hasChecksum: false, package: testPackage, shownUrl: redactUrls(url) },
    bench.settings(changes),
    bench.context,
  )
}

export const partialOf = (bench: FetchBench) => join(bench.directory, 'partial/x')
export const received = (bench: FetchBench) => readText(partialOf(bench))
