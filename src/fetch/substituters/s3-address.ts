import type { Substituter } from './substituter.ts'

type Environment = Readonly<Record<string, string | undefined>>

/** As long as a large artifact may take. */
const validSeconds = 3600

/**
 * The URL of an object, signed with the credentials that the environment has (`AWS_ACCESS_KEY_ID`, `AWS_SECRET_ACCESS_KEY`,
 * `AWS_SESSION_TOKEN`) by AWS Signature Version 4 in its query; plain where there are none, for buckets that anybody may read.
 */
export function s3Address(
  { bucket, prefix, endpoint, region }: Extract<Substituter, { kind: 's3' }>,
  path: string,
  environment: Environment,
): string {
  const object = prefix === '' ? path : `${prefix}/${path}`
  const { AWS_ACCESS_KEY_ID: accessKeyId, AWS_SECRET_ACCESS_KEY: secretAccessKey } = environment
  if (!accessKeyId || !secretAccessKey)
    return `${endpoint}/${bucket}/${object.split('/').map(encodeURIComponent).join('/')}`
  const sessionToken = environment.AWS_SESSION_TOKEN
  const client = new Bun.S3Client({
    accessKeyId,
    secretAccessKey,
    endpoint,
    bucket,
    region,
    ...(sessionToken ? { sessionToken } : {}),
  })
  return client.presign(object, { expiresIn: validSeconds })
}
