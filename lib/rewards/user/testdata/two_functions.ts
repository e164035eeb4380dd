export function first() {
  return [];
}
export function second() {
  return [];
}
