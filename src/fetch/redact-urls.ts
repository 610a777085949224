/**
 * `text` without the credentials in the URLs it holds: `https://user:password@host/x` becomes `https://***@host/x`. The
 * user of `ssh://git@host/x` stays, because it is no secret.
 */
export function redactUrls(text: string): string {
  return text.replace(/([a-z][a-z0-9+.-]*):\/\/([^\s/?#]*)@/gi, (match, scheme: string, userinfo: string) =>
    /ssh$/i.test(scheme) && !userinfo.includes(':') ? match : `${scheme}://***@`,
  )
}
