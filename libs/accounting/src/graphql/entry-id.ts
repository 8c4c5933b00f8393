// The ids of journal entries in the API: whole numbers in the books, text outside, because JSON's numbers end too early.
import { Field, FieldMiddleware, ID } from '@nestjs/graphql';

const asText: FieldMiddleware = async (_context, next) => {
  const id = (await next()) as bigint | null;
  return id === null ? null : id.toString();
};

export function EntryIdField(options: { description?: string; nullable?: boolean } = {}): PropertyDecorator & MethodDecorator {
  return Field(() => ID, { ...options, middleware: [asText] });
}
