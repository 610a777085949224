import { createHash, createHmac } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'

export const s3Credentials = {
  AWS_ACCESS_KEY_ID: 'AKIDEXAMPLE',
  AWS_SECRET_ACCESS_KEY: 'wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY',
}

export interface S3Server extends Disposable {
  readonly endpoint: string
  /** `GET bucket/key`, with `!` where the signature was wrong. */
  readonly requests: string[]
}

/** A server with one bucket, the files of `directory` below `prefix`, for whoever signs as AWS describes it for query strings. */
export function serveS3(directory: string, { bucket, prefix }: { bucket: string; prefix: string }): S3Server {
  const requests: string[] = []
  const server = Bun.serve({
    port: 0,
    hostname: '127.0.0.1',
    fetch(request) {
      const url = new URL(request.url)
      const isSigned = isSignedRequest(request, url)
      requests.push(`${request.method} ${decodeURIComponent(url.pathname).slice(1)}${isSigned ? '' : '!'}`)
      if (!isSigned) return new Response('<Error><Code>SignatureDoesNotMatch</Code></Error>', { status: 403 })
      const head = `/${bucket}/${prefix}/`
      const path = decodeURIComponent(url.pathname)
      try {
        return new Response(readFileSync(join(directory, path.startsWith(head) ? path.slice(head.length) : '\0')))
      } catch {
        return new Response('<Error><Code>NoSuchKey</Code></Error>', { status: 404 })
      }
    },
  })
  return { endpoint: `http://127.0.0.1:${server.port}`, requests, [Symbol.dispose]: () => server.stop(true) }
}

/** "Authenticating Requests: Using Query Parameters (AWS Signature Version 4)", done anew. */
function isSignedRequest(request: Request, url: URL): boolean {
  const query = [...url.searchParams].filter(([name]) => name !== 'X-Amz-Signature')
  const value = (name: string): string => url.searchParams.get(name) ?? ''
  const [id = '', date = '', region = '', service = ''] = value('X-Amz-Credential').split('/')
  if (id !== s3Credentials.AWS_ACCESS_KEY_ID || service !== 's3') return false
  const canonicalQuery = query
    .map(([name, text]) => `${encode(name)}=${encode(text)}`)
    .sort()
    .join('&')
  const signedHeaders = value('X-Amz-SignedHeaders').split(';')
  const headers = signedHeaders.map((name) => `${name}:${request.headers.get(name) ?? ''}\n`).join('')
  const canonical = [
    request.method,
    url.pathname,
    canonicalQuery,
    headers,
    signedHeaders.join(';'),
    'UNSIGNED-PAYLOAD',
  ].join('\n')
  const scope = `${date}/${region}/s3/aws4_request`
  const hashed = createHash('sha256').update(canonical).digest('hex')
  const toSign = ['AWS4-HMAC-SHA256', value('X-Amz-Date'), scope, hashed].join('\n')
  const hmac = (key: string | Buffer, text: string): Buffer => createHmac('sha256', key).update(text).digest()
  const keys = [date, region, 's3', 'aws4_request']
  const signing = keys.reduce<string | Buffer>(hmac, `AWS4${s3Credentials.AWS_SECRET_ACCESS_KEY}`)
  return hmac(signing, toSign).toString('hex') === value('X-Amz-Signature')
}

function encode(text: string): string {
  return encodeURIComponent(text).replace(/[!'()*]/g, (c) => `%${c.charCodeAt(0).toString(16).toUpperCase()}`)
}
