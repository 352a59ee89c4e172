/** Under this name the SDK knows what comes from here. */
export const SCOPE = '@holdfast/opentelemetry'
