/** The map library, loaded when a map is first shown: it is larger than all the rest together. */
import "maplibre-gl/dist/maplibre-gl.css"

import * as maplibre from "maplibre-gl"
import workerUrl from "maplibre-gl/dist/maplibre-gl-worker.mjs?worker&url"

maplibre.setWorkerUrl(workerUrl)

export { maplibre }
