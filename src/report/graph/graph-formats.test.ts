import { expect, test } from 'bun:test'
import { graphOf } from '../../plan/graph-fixture.ts'
import { printDot } from './dot.ts'
import { printHtml } from './html.ts'
import { printSvg } from './svg.ts'

const hostile = graphOf({ 'a"\\<b': ['<script', 'c make'], c: [] })
const labelsOf = () => ({ version: '1-1', installed: undefined, description: '<!-- <script>alert(1)</script>' })

test('printDot() quotes names, and has dashed lines to what is only needed to build', () => {
  const graph = graphOf({ 'a"\\b': ['c', 'd make'], c: [] })

  expect(printDot(graph).split('\n')).toEqual([
    'digraph packages {',
    '  node [shape=box];',
    '  "a\\"\\\\b";',
    '  "a\\"\\\\b" -> "c";',
    '  "a\\"\\\\b" -> "d" [style=dashed];',
    '  "c";',
    '}',
  ])
})

test('printSvg() is XML whatever the names, with a box for each package and a line for each need', () => {
  const svg = printSvg(graphOf({ 'a"\\<b&': ['c make', 'd'], c: ['d'], d: [] }))
  const texts: string[] = []
  let boxes = 0
  new HTMLRewriter()
    .on('svg rect', { element: () => void boxes++ })
    .on('svg g > text', { text: ({ text }) => void texts.push(text) })
    .transform(svg)

  expect(boxes).toBe(3)
  expect(texts.join('|')).toContain('a&quot;\\&lt;b&amp;')
  expect(svg.match(/<path class="line( make)?"/g)).toHaveLength(3)
  expect(svg.match(/class="line make"/g)).toHaveLength(1)
  expect(svg).not.toContain('NaN')
})

test('printHtml() holds what it was given and no markup of it', () => {
  const page = printHtml(hostile, { start: undefined, labelsOf })
  const scripts: string[] = []
  new HTMLRewriter()
    .on('script', { element: (found) => void scripts.push(found.getAttribute('type') ?? 'code') })
    .transform(page)

  expect(scripts).toEqual(['application/json', 'code'])
  expect(page).not.toContain('alert(1)</script>')
  const [, data = ''] = /<script type="application\/json" id="data">(.*?)<\/script>/s.exec(page) ?? []
  expect(JSON.parse(data).packages).toEqual([
    {
      name: 'a"\\<b',
      version: '1-1',
      description: '<!-- <script>alert(1)</script>',
      needs: [{ name: '<script' }, { name: 'c', make: true }],
    },
    { name: 'c', version: '1-1', description: '<!-- <script>alert(1)</script>', needs: [] },
  ])
  const loaded = page.match(/https?:\/\/[^\s"'`\\]+/g) ?? []
  expect(loaded.filter((url) => !url.startsWith('http://www.w3.org/'))).toEqual([])
})

test('printHtml() leaves the picture out where nobody could look at it', () => {
  const many = graphOf(Object.fromEntries(Array.from({ length: 300 }, (_, index) => [`p${index}`, ['p0']])))

  expect(printHtml(many, { start: undefined, labelsOf })).not.toContain('class=\\"packages\\"')
  expect(printHtml(graphOf({ a: ['b'], b: [] }), { start: undefined, labelsOf })).toContain('class=\\"packages\\"')
})
