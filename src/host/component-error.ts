/** The component cannot be used as a debugger. The message says why, and names the component. */
export class ComponentError extends Error {
  override name = 'ComponentError';
}
