/** The path as the library's router takes it: other spellings are the same to it, and so they are to what stands around it. */
export const routePath = (path: string): string => path.toLowerCase().replace(/\/+$/, '')
