import { Hono } from 'hono'

export const app: Hono = new Hono()
