/**
 * The API, typed by its own OpenAPI document (`npm run types` writes `openapi.d.ts`).
 *
 * `api` answers `{ data, error }`; `ask` returns the data or throws an `ApiError`, whose message is
 * written for people. Every change carries the operator's name.
 */
import createClient from "openapi-fetch"

import { operator } from "$/operator/operator.svelte"
import { strings } from "$/strings"

import type { paths } from "./openapi"
import type { Problem } from "./types"

/** A refusal of the API, or no answer at all (`status` 0). */
export class ApiError extends Error {
  constructor(
    readonly status: number,
    readonly problem: Problem | null,
    message: string,
  ) {
    super(message)
    this.name = "ApiError"
  }

  /** The part of `type` that names the problem, such as `not-found`. */
  get kind(): string {
    return this.problem?.type.split(":").at(-1) ?? ""
  }
}

export const api = createClient<paths>({ baseUrl: "" })

api.use({
  onRequest({ request }) {
    if (operator.name) request.headers.set("Ringfence-Operator", operator.name)
    return request
  },
  onError({ error }) {
    if (error instanceof DOMException && error.name === "AbortError") return error
    return new ApiError(0, null, strings.problem.unreachable)
  },
})

interface Answer<T> {
  data?: T
  error?: unknown
  response: Response
}

/** Return what was asked for, or throw an `ApiError`. */
export async function ask<T>(answer: Promise<Answer<T>>): Promise<T> {
  const { data, error, response } = await answer
  if (response.ok) return data as T
  throw refusal(response.status, error)
}

/** The error that an answer means. */
export function refusal(status: number, body: unknown): ApiError {
  const problem = isProblem(body) ? body : null
  return new ApiError(status, problem, inWords(status, problem))
}

function inWords(status: number, problem: Problem | null): string {
  const fields = problem?.errors?.map((each) => each.message).join("; ")
  return fields || problem?.detail || strings.problem.status(status)
}

function isProblem(body: unknown): body is Problem {
  return typeof body === "object" && body !== null && "type" in body && "status" in body
}
