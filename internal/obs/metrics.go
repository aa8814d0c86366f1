package obs

import (
	"net/http"
	"slices"
	"strconv"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
)

// Other is the label value of whatever is outside a closed set.
const Other = "other"

// Metrics is everything that Flaneur shows to Prometheus, on a registry of its own.
type Metrics struct {
	registry *prometheus.Registry
	position prometheus.Histogram
	requests *prometheus.CounterVec
	answers  map[string]prometheus.Observer // by route, resolved once
}

// NewMetrics makes the metrics. routes are the routes of the REST edge, as registered ("GET /v1/offers/{id}"). read returns
// the present figures; it is called for every scrape, maybe by several at a time, and must be quick.
func NewMetrics(routes []string, read func() Figures) *Metrics {
	m := &Metrics{
		registry: prometheus.NewRegistry(),
		position: prometheus.NewHistogram(prometheus.HistogramOpts{
			Name: "flaneur_position_seconds", Help: "One position through the engine.",
			Buckets: prometheus.ExponentialBuckets(1e-6, 4, 10), // 1 µs to 0.26 s
		}),
		requests: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "flaneur_http_requests_total", Help: "Requests answered.",
		}, []string{"route", "method", "status"}),
		answers: make(map[string]prometheus.Observer, len(routes)+1),
	}
	seconds := prometheus.NewHistogramVec(prometheus.HistogramOpts{
		Name: "flaneur_http_seconds", Help: "Time to answer.", Buckets: prometheus.DefBuckets,
	}, []string{"route"})
	for _, route := range append(slices.Clone(routes), Other) {
		m.answers[route] = seconds.WithLabelValues(route)
	}
	m.registry.MustRegister(m.position, m.requests, seconds, newFigures(read),
		collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	return m
}

// ObservePosition records how long one position took, without allocating.
func (m *Metrics) ObservePosition(d time.Duration) { m.position.Observe(d.Seconds()) }

// ObserveHTTP records one answered request. A route or method that is not known counts as Other.
func (m *Metrics) ObserveHTTP(route, method string, status int, d time.Duration) {
	answer, ok := m.answers[route]
	if !ok {
		route, answer = Other, m.answers[Other]
	}
	switch method {
	case http.MethodGet, http.MethodPost, http.MethodPut, http.MethodPatch, http.MethodDelete:
	default:
		method = Other
	}
	class := Other
	if status >= 100 && status < 600 {
		class = strconv.Itoa(status/100) + "xx"
	}
	answer.Observe(d.Seconds())
	m.requests.WithLabelValues(route, method, class).Inc()
}
