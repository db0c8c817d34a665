/**
 * Every page, by its address. A page is loaded when it is first shown.
 *
 * The first part of each path is also listed in `api/console_files.py`, which serves them.
 */
import type { Component } from "svelte"

import type { Params, Route } from "./match"

export type Page = Component<{ params: Params }>
type Load = () => Promise<{ default: Page | Component }>

export const routes: readonly Route<Load>[] = [
  { pattern: "/", page: () => import("$/pages/queue/QueuePage.svelte") },
  { pattern: "/alerts/:alertId", page: () => import("$/pages/alert/AlertPage.svelte") },
  { pattern: "/wearers", page: () => import("$/pages/wearers/WearersPage.svelte") },
  { pattern: "/wearers/:wearerId", page: () => import("$/pages/wearer/WearerPage.svelte") },
  { pattern: "/wearers/:wearerId/days/:date", page: () => import("$/pages/wearer/DayPage.svelte") },
  { pattern: "/zones", page: () => import("$/pages/zones/ZonesPage.svelte") },
  // No zone's id begins like these two.
  { pattern: "/zones/_new", page: () => import("$/pages/zones/NewZonePage.svelte") },
  { pattern: "/zones/_import", page: () => import("$/pages/zones/ImportPage.svelte") },
  { pattern: "/zones/:zoneId", page: () => import("$/pages/zones/ZonePage.svelte") },
  { pattern: "/orders", page: () => import("$/pages/orders/OrdersPage.svelte") },
  { pattern: "/orders/:orderId", page: () => import("$/pages/orders/OrderPage.svelte") },
  {
    pattern: "/orders/:orderId/conditions/:conditionId",
    page: () => import("$/pages/orders/ConditionPage.svelte"),
  },
  {
    pattern: "/orders/:orderId/conditions/:conditionId/pass",
    page: () => import("$/pages/orders/PassPage.svelte"),
  },
  { pattern: "/what-if", page: () => import("$/pages/what-if/WhatIfPage.svelte") },
  { pattern: "/floor", page: () => import("$/pages/floor/FloorPage.svelte") },
  { pattern: "/about", page: () => import("$/pages/about/AboutPage.svelte") },
  { pattern: "/settings", page: () => import("$/pages/settings/SettingsPage.svelte") },
]
