// What a mutation answers: the thing it is about, or what the user can do about not getting it.
import { CallHandler, ExecutionContext, Injectable, NestInterceptor } from '@nestjs/common';
import { Field, GqlContextType, GqlExecutionContext, ObjectType } from '@nestjs/graphql';
import { GraphQLResolveInfo } from 'graphql';
import { catchError, Observable, of, throwError } from 'rxjs';
import { DomainError, isDomainError } from '@countinghouse/kernel';

@ObjectType('UserError', { description: 'A failure the business expects, told to the person who can mend it.' })
export class UserError {
  @Field(() => String, { description: 'Stable and SCREAMING_SNAKE: for programs.' })
  readonly code!: string;
  @Field(() => String, { description: 'What is wrong, with the offending value: for people.' })
  readonly message!: string;
  @Field(() => [String], { nullable: true, description: 'The argument at fault: `["input", "code"]`.' })
  readonly path!: string[] | null;
  @Field(() => String, { nullable: true, description: 'What to do about it.' })
  readonly remedy!: string | null;
}

/** What every payload extends. Its other fields are nullable: they are null exactly when there are user errors. */
@ObjectType({ isAbstract: true })
export abstract class Payload {
  @Field(() => [UserError], { defaultValue: [], description: 'Empty when the act is done; otherwise nothing is done.' })
  readonly userErrors?: UserError[];
}

export function userError(error: DomainError): UserError {
  return {
    code: error.code,
    message: error.message,
    path: error.field === undefined ? null : ['input', ...error.field.split('.')],
    remedy: error.remedy ?? null,
  };
}

/** The one place where a DomainError of a mutation becomes a user error; everything else goes on as it is. */
@Injectable()
export class UserErrorsInterceptor implements NestInterceptor {
  intercept(context: ExecutionContext, next: CallHandler): Observable<unknown> {
    if (context.getType<GqlContextType>() !== 'graphql') return next.handle();
    const info = GqlExecutionContext.create(context).getInfo<GraphQLResolveInfo>();
    if (info.parentType.name !== 'Mutation') return next.handle();
    return next.handle().pipe(
      catchError((error: unknown) => (isDomainError(error) ? of({ userErrors: [userError(error)] }) : throwError(() => error))),
    );
  }
}
