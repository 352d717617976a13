export const unitPrograms: Readonly<Record<string, readonly string[]>>
export const windowPrograms: Readonly<Record<string, readonly string[]>>
export const benchPrograms: Readonly<Record<string, readonly string[]>>
export function findProgram(name: string): string | undefined
export function packageOf(program: string): string
