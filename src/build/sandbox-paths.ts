/** Where things are inside a build's sandbox. Fixed, so that no result depends on where the host has them. */
export const sandboxPaths = {
  build: (name: string): string => `/kith/build/${name}`,
  destdir: (name: string): string => `/kith/pkg/${name}`,
  recipe: (name: string): string => `/kith/recipe/${name}`,
  source: (index: number): string => `/kith/sources/${index}`,
  patch: (index: number): string => `/kith/patches/${index}`,
  /** Of tarballs that are compared; the name stays, which tells how they are packed. */
  compared: (side: 'first' | 'second', artifact: string): string => `/kith/${side}/${artifact}`,
  home: '/kith/home',
  jobserver: '/kith/jobserver',
  executable: '/kith/bin/kith',
  job: '/kith/job.json',
  output: '/kith/out',
} as const
