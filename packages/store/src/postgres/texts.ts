/**
 * PostgreSQL has no character 0 in a text. It is written as two that no text means, and the first of them twice where
 * it stands for itself; so equal texts stay equal, and a beginning stays a beginning.
 */
export const textSent = (text: string): string =>
  ESCAPED.test(text)
    ? text.replace(/[\0\uffff]/g, (each) => (each === '\0' ? '\uffff\ufffe' : '\uffff\uffff'))
    : text
const ESCAPED = /[\0\uffff]/

export const textReceived = (text: string): string =>
  text.includes('\uffff')
    ? text.replace(/\uffff(.)/g, (_, mark) => (mark === '\ufffe' ? '\0' : '\uffff'))
    : text
