import type { TimingsAnalysis } from '../../plan/analyse-timings.ts'
import type { WhatIf } from '../../plan/what-if.ts'
import page from './page.html.txt' with { type: 'text' }

/** More points than a picture has pixels. */
const mostSamples = 600

/**
 * A page of HTML that needs nothing else: when what was built and what let it start, how much ran at one time, what the end waited
 * for, and what would have been quicker. The page runs no script but its own, and loads nothing; names are only ever text in it.
 */
export function printTimingsPage(analysis: TimingsAnalysis, whatIf: WhatIf): string {
  const { samples } = analysis
  const each = Math.ceil(samples.length / mostSamples)
  const thinned = each <= 1 ? samples : samples.filter((_, index) => index % each === 0)
  // Nothing in a script element may look like its end, or like a comment.
  const data = JSON.stringify({ ...analysis, samples: thinned, whatIf }).replaceAll('<', '\\u003c')
  const [before, after = ''] = page.split('{"items":[]}')
  return before + data + after
}
