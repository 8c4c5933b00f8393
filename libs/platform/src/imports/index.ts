// What the contexts use of the imports.
export * from './columns';
export * from './import';
export * from './import-handler';
export * from './imports';
export * from './rejection';
export * from './staged-import';
export { INTO_REJECTIONS, isAccepted, withoutNestedLoops } from './import.queries';
export { KEY_SEPARATOR, type ColumnsBeside } from './staging';
