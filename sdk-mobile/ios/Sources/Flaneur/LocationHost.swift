import CoreLocation
import Foundation
import Offerkit
import UIKit

/// Obeys the core's plan with CoreLocation. On the main thread.
///
/// iOS knows no interval: from half a minute on, single positions are asked for by a timer while the app runs; while it
/// sleeps, significant changes, visits and regions wake it.
final class LocationHost: NSObject, CLLocationManagerDelegate {
    /// The regions that iOS watches for an app.
    static let regions = 20
    private static let fence = "flaneur.fence"
    private static let reach = "flaneur.reach."
    private static let often: Int32 = 30

    private weak var flaneur: Flaneur?
    private let manager = CLLocationManager()
    private var plan: FLOfferkitLocationPlan?
    private var timer: Timer?

    init(_ flaneur: Flaneur) {
        self.flaneur = flaneur
        super.init()
        manager.delegate = self
        manager.pausesLocationUpdatesAutomatically = false // the core says when to rest; what the system paused stays so
        manager.activityType = .otherNavigation
    }

    /// Asks for positions while the app is used.
    func ask() {
        if manager.authorizationStatus == .notDetermined { manager.requestWhenInUseAuthorization() }
    }

    func askAlways() {
        if manager.authorizationStatus == .authorizedWhenInUse { manager.requestAlwaysAuthorization() }
    }

    func obey(_ plan: FLOfferkitLocationPlan) {
        self.plan = plan
        timer?.invalidate()
        timer = nil
        guard allowed else { return rest() }
        let inBackground = (Bundle.main.object(forInfoDictionaryKey: "UIBackgroundModes") as? [String])?.contains("location") ?? false
        manager.allowsBackgroundLocationUpdates = inBackground && plan.priority != FLOfferkitPriorityNone
        manager.desiredAccuracy = accuracy(plan.priority)
        manager.distanceFilter = plan.distanceM > 0 ? plan.distanceM : kCLDistanceFilterNone
        watch(plan)
        guard plan.priority != FLOfferkitPriorityNone else {
            manager.stopUpdatingLocation()
            quietly(plan.fenceM > 0)
            return
        }
        quietly(true)
        if plan.intervalSeconds <= LocationHost.often {
            manager.startUpdatingLocation()
            return
        }
        manager.stopUpdatingLocation()
        manager.requestLocation()
        timer = Timer.scheduledTimer(withTimeInterval: TimeInterval(plan.intervalSeconds), repeats: true) { [weak self] _ in
            self?.manager.requestLocation()
        }
        timer?.tolerance = TimeInterval(plan.intervalSeconds) / 10
    }

    /// Asks the system for nothing more.
    private func rest() {
        manager.stopUpdatingLocation()
        quietly(false)
        for region in manager.monitoredRegions where region.identifier.hasPrefix("flaneur.") { manager.stopMonitoring(for: region) }
    }

    /// What costs next to nothing and wakes the app: only with permission for always, and only while something is planned.
    private func quietly(_ on: Bool) {
        if on, manager.authorizationStatus == .authorizedAlways {
            manager.startMonitoringSignificantLocationChanges()
            manager.startMonitoringVisits()
        } else {
            manager.stopMonitoringSignificantLocationChanges()
            manager.stopMonitoringVisits()
        }
    }

    /// Hands fence and reaches to the system, in place of those before.
    private func watch(_ plan: FLOfferkitLocationPlan) {
        var wanted: [String: CLCircularRegion] = [:]
        if plan.fenceM > 0 {
            let region = circle(plan.fenceLat, plan.fenceLon, plan.fenceM, LocationHost.fence)
            region.notifyOnEntry = false
            wanted[region.identifier] = region
        }
        let reaches = plan.reaches()
        for i in 0 ..< min(reaches?.size() ?? 0, Int32(LocationHost.regions - 1)) {
            guard let reach = reaches?.at(i) else { continue }
            let region = circle(reach.lat, reach.lon, reach.radiusM, LocationHost.reach + reach.offerID)
            region.notifyOnExit = false
            wanted[region.identifier] = region
        }
        for case let old as CLCircularRegion in manager.monitoredRegions where old.identifier.hasPrefix("flaneur.") {
            if let new = wanted[old.identifier], same(old, new) {
                wanted[old.identifier] = nil
            } else {
                manager.stopMonitoring(for: old)
            }
        }
        for region in wanted.values { manager.startMonitoring(for: region) }
    }

    private func same(_ a: CLCircularRegion, _ b: CLCircularRegion) -> Bool {
        a.radius == b.radius && a.center.latitude == b.center.latitude && a.center.longitude == b.center.longitude
    }

    private func circle(_ lat: Double, _ lon: Double, _ radius: Double, _ id: String) -> CLCircularRegion {
        CLCircularRegion(
            center: CLLocationCoordinate2D(latitude: lat, longitude: lon),
            radius: min(radius, manager.maximumRegionMonitoringDistance), identifier: id
        )
    }

    private var allowed: Bool {
        manager.authorizationStatus == .authorizedAlways || manager.authorizationStatus == .authorizedWhenInUse
    }

    private func accuracy(_ priority: Int32) -> CLLocationAccuracy {
        switch priority {
        case FLOfferkitPriorityHigh: return kCLLocationAccuracyBest
        case FLOfferkitPriorityBalanced: return kCLLocationAccuracyHundredMeters
        default: return kCLLocationAccuracyKilometer
        }
    }

    // MARK: CLLocationManagerDelegate

    func locationManagerDidChangeAuthorization(_ manager: CLLocationManager) {
        if let plan { obey(plan) }
        let wanted = plan.map { $0.priority != FLOfferkitPriorityNone || $0.fenceM > 0 } ?? false
        if wanted, manager.authorizationStatus == .denied || manager.authorizationStatus == .restricted {
            flaneur?.report(NSError(domain: "flaneur", code: 0, userInfo: [
                NSLocalizedDescriptionKey: "forbidden: permission.location: The person does not let the app know where they are.",
            ]))
        }
    }

    func locationManager(_ manager: CLLocationManager, didUpdateLocations locations: [CLLocation]) {
        for l in locations where l.horizontalAccuracy >= 0 {
            let millis = Int64(l.timestamp.timeIntervalSince1970 * 1000)
            guard let fix = FLOfferkitNewFix(l.coordinate.latitude, l.coordinate.longitude, l.horizontalAccuracy, millis) else { continue }
            fix.speedMps = l.speed // negative: unknown, as there
            fix.courseDeg = l.course
            if #available(iOS 15.0, *) { fix.mock = l.sourceInformation?.isSimulatedBySoftware ?? false }
            flaneur?.track(fix)
        }
    }

    func locationManager(_ manager: CLLocationManager, didVisit visit: CLVisit) {
        if visit.departureDate != .distantFuture { flaneur?.fenceExited() }
        manager.requestLocation()
    }

    func locationManager(_ manager: CLLocationManager, didExitRegion region: CLRegion) {
        guard region.identifier == LocationHost.fence else { return }
        flaneur?.fenceExited()
        manager.requestLocation()
    }

    func locationManager(_ manager: CLLocationManager, didEnterRegion region: CLRegion) {
        guard region.identifier.hasPrefix(LocationHost.reach) else { return }
        flaneur?.reachEntered(String(region.identifier.dropFirst(LocationHost.reach.count)))
        manager.requestLocation()
    }

    func locationManager(_ manager: CLLocationManager, didFailWithError error: Error) {
        // No position now: the next one is asked for as planned. A refusal comes as a change of authorization.
    }
}
