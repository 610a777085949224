import type { BuildExplained } from '../../events/build-events.ts'
import type { BuildCause } from '../../model/build-cause.ts'

/** Why a package is built or not: a line for each cause. */
export function explainBuild({ verdict, causes }: Pick<BuildExplained, 'verdict' | 'causes'>): string[] {
  switch (verdict) {
    case 'current':
      return ['not built: nothing that it is made of has changed']
    case 'remote':
      return ['not built: a binary repository has what it would be']
    case 'unkeyed':
      return ['not built: it was built by another tool, and is taken as it is']
    case 'build':
      return causes.map((cause) => `built: ${explainCause(cause)}`)
    case 'perhaps':
      return causes.map((cause) => `perhaps built: ${explainCause(cause)}`)
  }
}

function explainCause(cause: BuildCause): string {
  switch (cause.kind) {
    case 'asked':
      return 'it was asked for (--rebuild, or as kiss builds what is named)'
    case 'absent':
      return `${cause.version ?? 'it'} is not built yet`
    case 'gone':
      return 'its tarball is gone'
    case 'unknown-origin':
      return 'it was named, and what its tarball was made of is not known'
    case 'dependency-built':
      return `${cause.dependency} is built first, and may change`
    case 'source-unknown':
      return `source "${cause.source}" may have changed: that is known when it is fetched`
    case 'input':
      return explainInput(cause)
  }
}

function explainInput({ input, change, name, before, now }: Extract<BuildCause, { kind: 'input' }>): string {
  const became = { changed: 'has changed', added: 'is new', removed: 'is gone' }[change]
  switch (input) {
    case 'recipe':
      return `file "${name}" of its recipe ${became}`
    case 'source':
      return `source "${name}" ${became}`
    case 'dependency':
      return `dependency ${name} ${became}`
    case 'base':
      return name.startsWith('/') ? `${name} of the host ${became}` : `${name} of the base ${became}`
    case 'extra':
      return `override "${name}" ${became}`
    case 'environment':
    case 'setting': {
      const values = before === undefined || now === undefined ? '' : `: it was "${before}", and is "${now}"`
      return `${input === 'setting' ? 'setting ' : ''}${name} ${became}${values}`
    }
  }
}
