// Limits on a query, checked before anything runs: how deep, how many aliases, and how many objects it can make us read.
import type { ApolloDriverConfig } from '@nestjs/apollo';
import {
  DocumentNode,
  FieldNode,
  FragmentDefinitionNode,
  getNamedType,
  getNullableType,
  GraphQLError,
  GraphQLNamedType,
  GraphQLSchema,
  isCompositeType,
  isInterfaceType,
  isListType,
  isObjectType,
  Kind,
  OperationDefinitionNode,
  SelectionSetNode,
} from 'graphql';
import { DEFAULT_PAGE_SIZE } from './connection';

export const LIMITS = {
  /** Fields below each other; a connection takes three (list, edges, node). */
  depth: 15,
  aliases: 30,
  /** Objects that could be read if every list were full. */
  cost: 10_000,
  /** Words of the query's text; graphql-js stops reading there. */
  tokens: 2_000,
  /** Bytes of the request. */
  bodyBytes: 1_048_576,
} as const;

/** What a plain list counts for. Lists that grow are connections, so the others are short. */
const LIST_SIZE = 10;

type ApolloPlugin = NonNullable<ApolloDriverConfig['plugins']>[number];

/** The part of Apollo's request context that is read here. */
interface ResolvedOperation {
  readonly schema: GraphQLSchema;
  readonly document: DocumentNode;
  readonly operation?: OperationDefinitionNode | undefined;
  readonly request: { readonly variables?: Record<string, unknown> | undefined };
}

interface Measure {
  readonly depth: number;
  readonly aliases: number;
  readonly cost: number;
}

const NOTHING: Measure = { depth: 0, aliases: 0, cost: 0 };

/**
 * Measures the operation after validation, when its fragments are known to have no cycles and its variables are at hand:
 * a page size in a variable counts as much as one in the text.
 */
export function limitsPlugin(limits: Readonly<Record<'depth' | 'aliases' | 'cost', number>> = LIMITS): ApolloPlugin {
  return {
    async requestDidStart() {
      return {
        async didResolveOperation(context: ResolvedOperation) {
          const { depth, aliases, cost } = measure(context);
          if (depth > limits.depth) throw refused('QUERY_TOO_DEEP', `the query is ${depth} fields deep; at most ${limits.depth} are allowed`);
          if (aliases > limits.aliases) throw refused('QUERY_TOO_MANY_ALIASES', `the query has ${aliases} aliases; at most ${limits.aliases} are allowed`);
          if (cost > limits.cost) {
            throw refused('QUERY_TOO_COSTLY', `the query could read ${cost} objects; at most ${limits.cost} are allowed: ask for smaller pages`);
          }
        },
      };
    },
  };
}

function refused(code: string, message: string): GraphQLError {
  return new GraphQLError(message, { extensions: { code, http: { status: 400 } } });
}

function measure({ schema, document, operation, request }: ResolvedOperation): Measure {
  // Without an operation of that name Apollo has refused, or is about to.
  if (!operation) return NOTHING;
  const fragments = new Map(
    document.definitions.filter((each): each is FragmentDefinitionNode => each.kind === Kind.FRAGMENT_DEFINITION).map((each) => [each.name.value, each]),
  );
  return new QueryMeter(schema, fragments, variablesOf(operation, request.variables ?? {})).ofOperation(operation);
}

/** The variables with their defaults, which a caller may leave it at. */
function variablesOf(operation: OperationDefinitionNode, given: Record<string, unknown>): Record<string, unknown> {
  const defaults = (operation.variableDefinitions ?? []).flatMap(({ variable, defaultValue }) =>
    defaultValue?.kind === Kind.INT ? [[variable.name.value, Number(defaultValue.value)] as const] : [],
  );
  return { ...Object.fromEntries(defaults), ...given };
}

/** Walks the query once; each fragment is measured once however often it is spread, so the walk is as long as the text. */
class QueryMeter {
  private readonly known = new Map<string, Measure>();

  constructor(
    private readonly schema: GraphQLSchema,
    private readonly fragments: ReadonlyMap<string, FragmentDefinitionNode>,
    private readonly variables: Record<string, unknown>,
  ) {}

  ofOperation(operation: OperationDefinitionNode): Measure {
    return this.ofSelections(operation.selectionSet, this.schema.getRootType(operation.operation) ?? undefined);
  }

  private ofSelections(set: SelectionSetNode, type: GraphQLNamedType | undefined): Measure {
    let total = NOTHING;
    for (const selection of set.selections) {
      const part =
        selection.kind === Kind.FIELD
          ? this.ofField(selection, type)
          : selection.kind === Kind.INLINE_FRAGMENT
            ? this.ofSelections(selection.selectionSet, selection.typeCondition ? this.schema.getType(selection.typeCondition.name.value) : type)
            : this.ofFragment(selection.name.value);
      total = { depth: Math.max(total.depth, part.depth), aliases: total.aliases + part.aliases, cost: total.cost + part.cost };
    }
    return total;
  }

  private ofFragment(name: string): Measure {
    const known = this.known.get(name);
    if (known) return known;
    const fragment = this.fragments.get(name)!;
    const measured = this.ofSelections(fragment.selectionSet, this.schema.getType(fragment.typeCondition.name.value));
    this.known.set(name, measured);
    return measured;
  }

  private ofField(field: FieldNode, parent: GraphQLNamedType | undefined): Measure {
    // Introspection reads nothing, and is refused as a whole where it is not wanted.
    if (field.name.value.startsWith('__')) return NOTHING;
    const definition = isObjectType(parent) || isInterfaceType(parent) ? parent.getFields()[field.name.value] : undefined;
    const type = definition && getNamedType(definition.type);
    const below = field.selectionSet ? this.ofSelections(field.selectionSet, type) : NOTHING;
    const own = isCompositeType(type) ? 1 : 0;
    const isList = definition !== undefined && isListType(getNullableType(definition.type));
    const times = this.pageSize(field, type) ?? (isList && !this.isPart(type) ? this.listSize(field) : 1);
    return { depth: below.depth + 1, aliases: below.aliases + (field.alias ? 1 : 0), cost: (below.cost + own) * times };
  }

  /** Edges are counted by the connection above them. */
  private isPart(type: GraphQLNamedType | undefined): boolean {
    return type?.name.endsWith('Edge') ?? false;
  }

  private pageSize(field: FieldNode, type: GraphQLNamedType | undefined): number | undefined {
    if (!type?.name.endsWith('Connection')) return undefined;
    return this.argument(field, 'first') ?? this.argument(field, 'last') ?? DEFAULT_PAGE_SIZE;
  }

  /** `nodes(ids)` reads as many as it is given ids. */
  private listSize(field: FieldNode): number {
    const ids = field.arguments?.find(({ name }) => name.value === 'ids')?.value;
    if (ids?.kind === Kind.LIST) return ids.values.length;
    const given = ids?.kind === Kind.VARIABLE ? this.variables[ids.name.value] : undefined;
    return Array.isArray(given) ? given.length : LIST_SIZE;
  }

  private argument(field: FieldNode, name: string): number | undefined {
    const value = field.arguments?.find((argument) => argument.name.value === name)?.value;
    const number = value?.kind === Kind.INT ? Number(value.value) : value?.kind === Kind.VARIABLE ? this.variables[value.name.value] : undefined;
    return typeof number === 'number' && number > 0 ? number : undefined;
  }
}
