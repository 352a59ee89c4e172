export const id = 7

export async function renderReport(report: number): Promise<string> {
  return `report ${report}`
}
