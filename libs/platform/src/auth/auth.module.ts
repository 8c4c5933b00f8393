// Authentication of the HTTP process: whose tokens are taken, and in development who makes them.
import { BadRequestException, Body, Controller, DynamicModule, HttpCode, Module, Post } from '@nestjs/common';
import { createRemoteJWKSet } from 'jose';
import { z } from 'zod';
import { AppClock } from '../clock/clock';
import { Database } from '../database/database';
import { ROLES } from './actor';
import { DEVELOPMENT_TOKEN_HOURS, DevelopmentIssuer } from './development-issuer';
import { TokenVerifier } from './token-verifier';

export type AuthOptions =
  | { readonly mode: 'oidc'; readonly issuer: string; readonly audience: string; readonly jwksUrl: string }
  /** `directory` keeps the key; without it the key lives as long as the process. */
  | { readonly mode: 'development'; readonly directory?: string };

const TOKEN_REQUEST = z.object({
  subject: z.string().min(1).max(255).default('developer'),
  role: z.enum(ROLES).default('admin'),
  issuers: z.union([z.literal('*'), z.array(z.string())]).default('*'),
});

/** Exists only where the development issuer does. */
@Controller('dev')
export class DevelopmentTokenController {
  constructor(private readonly issuer: DevelopmentIssuer) {}

  @Post('token')
  @HttpCode(200)
  async token(@Body() body: unknown): Promise<object> {
    const request = TOKEN_REQUEST.safeParse(body ?? {});
    if (!request.success) throw new BadRequestException(z.prettifyError(request.error));
    return { token: await this.issuer.token(request.data), expiresInSeconds: DEVELOPMENT_TOKEN_HOURS * 3600 };
  }
}

@Module({})
export class AuthModule {
  static forRoot(options: AuthOptions): DynamicModule {
    return options.mode === 'oidc' ? oidc(options) : development(options);
  }
}

function oidc({ issuer, audience, jwksUrl }: AuthOptions & { mode: 'oidc' }): DynamicModule {
  const keys = createRemoteJWKSet(new URL(jwksUrl));
  return {
    module: AuthModule,
    providers: [{ provide: TokenVerifier, inject: [Database], useFactory: (database: Database) => new TokenVerifier({ issuer, audience, keys }, database) }],
    exports: [TokenVerifier],
  };
}

function development({ directory }: AuthOptions & { mode: 'development' }): DynamicModule {
  return {
    module: AuthModule,
    controllers: [DevelopmentTokenController],
    providers: [
      { provide: DevelopmentIssuer, inject: [AppClock], useFactory: (clock: AppClock) => DevelopmentIssuer.open(clock, directory) },
      {
        provide: TokenVerifier,
        inject: [DevelopmentIssuer, Database],
        useFactory: (issuer: DevelopmentIssuer, database: Database) => new TokenVerifier(issuer.rules(), database),
      },
    ],
    exports: [TokenVerifier, DevelopmentIssuer],
  };
}
