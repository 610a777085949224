import { forEachOf } from '../for-each-of.ts'
import type { PageSource } from './page-cache.ts'
import type { ReleaseAnswer, ReleaseProvider, ReleaseSubject } from './release-provider.ts'

export interface AskedSubject<Subject extends ReleaseSubject> {
  readonly subject: Subject
  /** One from each provider, in their order. */
  readonly answers: readonly { readonly provider: string; readonly answer: ReleaseAnswer }[]
}

/** Asks every provider about every subject, `parallel` subjects at a time; the result is in their order. Throws `interrupted`. */
export async function askReleases<Subject extends ReleaseSubject>(
  subjects: readonly Subject[],
  providers: readonly ReleaseProvider[],
  { pages, parallel }: { readonly pages: PageSource; readonly parallel: number },
): Promise<AskedSubject<Subject>[]> {
  const asked = new Map<Subject, AskedSubject<Subject>>()
  await forEachOf(subjects, parallel, async (subject) => {
    const answers = providers.map(async (provider) => ({
      provider: provider.name,
      answer: await provider.ask(subject, pages),
    }))
    asked.set(subject, { subject, answers: await Promise.all(answers) })
  })
  return subjects.flatMap((subject) => asked.get(subject) ?? [])
}
