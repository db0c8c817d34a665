import "./app.css"

import { mount } from "svelte"

import { alarm } from "./alarm/alarm.svelte"
import App from "./App.svelte"
import { engine } from "./engine/engine.svelte"
import { live } from "./live/alerts.svelte"
import { router } from "./routing/router.svelte"
import { appearance } from "./shell/theme.svelte"
import { title } from "./shell/title.svelte"
import { clock } from "./time/clock.svelte"

appearance.apply()
clock.start()
router.start()
live.start()
alarm.start()
title.start()
engine.start()

const target = document.getElementById("console")
if (target) mount(App, { target })
