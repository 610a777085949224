import type { GitSource } from '../../model/git-source.ts'

/**
 * Why git must not be given this source, or undefined. Both come from a recipe, and git takes `ext::sh -c …` for a
 * program, `--upload-pack=…` for an option and `a:b` for a branch to write.
 */
export function gitSourceFault({ url, reference }: GitSource): string | undefined {
  const fault = urlFault(url)
  if (fault !== undefined || reference.kind === 'default') return fault
  return referenceFault(reference.kind === 'commit' ? reference.id : reference.name)
}

function urlFault(url: string): string | undefined {
  if (url.startsWith('-')) return 'the URL begins with "-", which git takes for an option'
  if (/[\x00-\x20\x7f]/.test(url)) return 'the URL holds a blank or control character'
  if (url.startsWith('/')) return undefined
  if (!url.includes('://') && /^(?:\w[\w.-]*@)?\w[\w.-]*:[^:-]/.test(url)) return undefined
  const [, authority] = /^(?:https?|ssh|git|file):\/\/([^/]*)/.exec(url) ?? []
  if (authority === undefined)
    return 'only http, https, ssh, git and file URLs, host:path and absolute paths are fetched'
  return /(?:^|@)-/.test(authority) ? 'the host begins with "-", which ssh takes for an option' : undefined
}

/** The rules of git-check-ref-format(1), and nothing that a refspec gives a meaning. */
function referenceFault(name: string): string | undefined {
  if (name === '') return 'the branch, tag or commit is empty'
  if (/^[-+]/.test(name))
    return `the reference "${name}" begins with "${name.slice(0, 1)}", which git takes for an option`
  if (/[\x00-\x20\x7f~^:?*[\\]|\.\.|@\{|\/\/|^\/|[/.]$|\.lock$/.test(name))
    return `"${name}" is no name of a branch, tag or commit`
  return undefined
}

/** Whether it names one commit for ever, so that nothing has to be fetched when it is there. */
export function pinnedCommit({ reference }: GitSource): string | undefined {
  if (reference.kind !== 'commit') return undefined
  const id = reference.id.toLowerCase()
  return /^(?:[0-9a-f]{40}|[0-9a-f]{64})$/.test(id) ? id : undefined
}
