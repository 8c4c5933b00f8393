// Stands before /graphql: without a good token a request is answered here, before any of its query is read.
import { Injectable, Logger, NestMiddleware } from '@nestjs/common';
import type { NextFunction, Request, Response } from 'express';
import { Actor } from './actor';
import { logContext } from '../telemetry/log-context';
import { TokenVerifier, Unauthenticated } from './token-verifier';

/** A request that has passed. */
export interface AuthenticatedRequest extends Request {
  actor: Actor;
}

@Injectable()
export class Authenticate implements NestMiddleware {
  private readonly logger = new Logger(Authenticate.name);

  constructor(private readonly verifier: TokenVerifier) {}

  async use(request: Request, response: Response, next: NextFunction): Promise<void> {
    const requestId = logContext().requestId ?? '';
    try {
      (request as AuthenticatedRequest).actor = await this.verifier.actorOf(request.headers.authorization, requestId);
    } catch (error) {
      this.refuse(response, error, requestId);
      return;
    }
    next();
  }

  private refuse(response: Response, error: unknown, requestId: string): void {
    if (error instanceof Unauthenticated) {
      this.logger.debug({ message: 'a token was refused', reason: String(error.cause) });
      response.setHeader('WWW-Authenticate', 'Bearer');
      response.status(401).json(graphqlError(error.message, { code: error.code, remedy: error.remedy }));
    } else {
      this.logger.error({ message: 'tokens cannot be checked', error });
      response.status(503).json(graphqlError('tokens cannot be checked just now; try again', { code: 'AUTHENTICATION_UNAVAILABLE', requestId }));
    }
  }
}

/** The shape that GraphQL clients expect of every answer. */
function graphqlError(message: string, extensions: Record<string, unknown>): object {
  return { errors: [{ message, extensions }] };
}
