export async function verifyOffline(
  _data: string | undefined,
  _env: NodeJS.ProcessEnv,
): Promise<{ readonly holds: boolean }> {
  return { holds: false }
}
