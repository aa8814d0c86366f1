import Foundation
import Offerkit
import UIKit
import UserNotifications

/// What an app says once, at its start.
public struct Options {
    public var server: URL
    public var publishableKey: String
    /// "efficient", "responsive" or "continuous": how much battery promptness may cost.
    public var preset = FLOfferkitPresetResponsive
    /// "en" or "de".
    public var language = Locale.current.languageCode == "de" ? "de" : "en"
    /// Whether offers that come while the app is not in front are shown as notifications.
    public var notifications = true

    public init(server: URL, publishableKey: String) {
        self.server = server
        self.publishableKey = publishableKey
    }
}

/// What an app may listen to. All calls come on the main thread.
public protocol FlaneurDelegate: AnyObject {
    func flaneur(_ flaneur: Flaneur, offered offer: Offer)
    func flaneur(_ flaneur: Flaneur, withdrew offerID: String, because reason: String)
    func flaneur(_ flaneur: Flaneur, isNow state: String)
    func flaneur(_ flaneur: Flaneur, failedWith error: FlaneurError)
}

public extension FlaneurDelegate {
    func flaneur(_ flaneur: Flaneur, withdrew offerID: String, because reason: String) {}
    func flaneur(_ flaneur: Flaneur, isNow state: String) {}
    func flaneur(_ flaneur: Flaneur, failedWith error: FlaneurError) {}
}

/// The SDK: one for the app. It must be made in `application(_:didFinishLaunchingWithOptions:)`, for the system also starts
/// the app in the background, for a fence or a push, without any screen.
public final class Flaneur: NSObject {
    public static private(set) var shared: Flaneur?

    public weak var delegate: FlaneurDelegate?
    let options: Options
    private(set) var kit: FLOfferkitKit!
    private var location: LocationHost!
    private let work = DispatchQueue(label: "flaneur", qos: .utility) // what is quick, in order
    private let calls = DispatchQueue(label: "flaneur.calls", qos: .userInitiated, attributes: .concurrent) // what may wait for the network
    private var observers: [NSObjectProtocol] = []
    private let network = NetworkWatch()
    private let motion = MotionWatch()
    private var token = "" // for pushes; on work, as told is
    private var told = false

    /// Opens the SDK. Nothing is measured or sent before somebody has opted in.
    @discardableResult
    public static func start(_ options: Options) throws -> Flaneur {
        dispatchPrecondition(condition: .onQueue(.main))
        if let shared { return shared }
        let flaneur = try Flaneur(options)
        shared = flaneur
        return flaneur
    }

    private init(_ options: Options) throws {
        self.options = options
        super.init()
        let config = FLOfferkitNewConfig()!
        config.serverURL = options.server.absoluteString
        config.publishableKey = options.publishableKey
        config.dataDir = try Flaneur.folder().path
        config.language = options.language
        config.zone = TimeZone.current.identifier
        config.preset = options.preset
        config.maxReaches = Int32(LocationHost.regions - 1) // one is the fence of the place where the person stays
        location = LocationHost(self)
        var error: NSError?
        kit = FLOfferkitNewKit(config, KeychainStore(), Ears(self), nil, &error)
        if let error { throw FlaneurError(error) }
        observe()
        Background.register(self)
        location.obey(kit.plan()!)
    }

    /// A folder that is left out of backups, and readable after the first unlock.
    private static func folder() throws -> URL {
        let files = FileManager.default
        var folder = try files.url(for: .applicationSupportDirectory, in: .userDomainMask, appropriateFor: nil, create: true)
            .appendingPathComponent("Flaneur", isDirectory: true)
        try files.createDirectory(at: folder, withIntermediateDirectories: true, attributes: [.protectionKey: FileProtectionType.completeUntilFirstUserAuthentication])
        var values = URLResourceValues()
        values.isExcludedFromBackup = true
        try folder.setResourceValues(values)
        return folder
    }

    private func observe() {
        UIDevice.current.isBatteryMonitoringEnabled = true
        let center = NotificationCenter.default
        for name in [
            UIApplication.didBecomeActiveNotification, UIApplication.didEnterBackgroundNotification,
            UIDevice.batteryLevelDidChangeNotification, UIDevice.batteryStateDidChangeNotification, .NSProcessInfoPowerStateDidChange,
        ] {
            observers.append(center.addObserver(forName: name, object: nil, queue: .main) { [weak self] note in
                self?.tellDevice()
                if note.name == UIApplication.didEnterBackgroundNotification { self?.leave() }
            })
        }
        network.changed = { [weak self] available in self?.work.async { self?.kit.networkChanged(available) } }
        tellDevice()
    }

    private func tellDevice() {
        let state = FLOfferkitNewDeviceState()!
        let device = UIDevice.current
        state.batteryPercent = device.batteryLevel < 0 ? -1 : Int32(device.batteryLevel * 100)
        state.charging = device.batteryState == .charging || device.batteryState == .full
        state.powerSave = ProcessInfo.processInfo.isLowPowerModeEnabled
        state.foreground = UIApplication.shared.applicationState != .background
        state.motion = motion.motion
        work.async { self.kit.setDevice(state) }
    }

    /// Uses the seconds that the system gives to an app that leaves the screen: what waits goes out.
    private func leave() {
        var task = UIBackgroundTaskIdentifier.invalid
        let end = { UIApplication.shared.endBackgroundTask(task) }
        task = UIApplication.shared.beginBackgroundTask(expirationHandler: end)
        calls.async {
            try? self.kit.flush(15)
            DispatchQueue.main.async(execute: end)
        }
        if kit.running() { Background.schedule() }
    }

    // MARK: What a person does

    /// Opts in, begins, and asks the system for positions if the person allowed them.
    public func optIn(_ choices: FLOfferkitChoices) async throws {
        try await call { kit in
            try kit.optIn(choices, seconds: 30)
            try kit.start()
        }
        if choices.location { askForLocation() }
    }

    /// Lets the system ask the person for positions while the app is used; with `always`, also while it is not: later, alone, and
    /// when they have seen what it is for.
    public func askForLocation(always: Bool = false) {
        DispatchQueue.main.async { always ? self.location.askAlways() : self.location.ask() }
    }

    /// Ends a purpose, at once and without network too.
    public func withdraw(_ purpose: String) async throws {
        defer {
            if purpose == FLOfferkitPurposePush || purpose == FLOfferkitPurposeLocation { Notifications.clear() }
        }
        try await call { try $0.withdraw(purpose) }
    }

    /// The server and this phone forget the person.
    public func erase() async throws {
        defer { Notifications.clear() }
        try await call { try $0.eraseMe(30) }
    }

    public var isOptedIn: Bool { kit.optedIn() }

    /// What this phone knows of, without network.
    public var offers: [Offer] { Offer.list(kit.offers()) }

    /// What is near now.
    public func refresh() async throws -> [Offer] {
        try await call { Offer.list(try $0.refresh(15)) }
    }

    public func feedback(_ id: String, _ action: String) async throws {
        try await call { try $0.feedback(id, action: action) }
    }

    public func reserve(_ offerID: String) async throws -> Redemption {
        try await call { Redemption(try $0.reserve(offerID, seconds: 15)) }
    }

    /// How the person feels, by one tap: valence (unpleasant to pleasant) and arousal (drained to activated), -1 to 1.
    public func reportMood(valence: Double, arousal: Double) async throws {
        try await call { try $0.reportMood(valence, arousal: arousal) }
    }

    /// Everything that the server holds about the person, as JSON.
    public func myData() async throws -> Data {
        try await text { $0.myData(30, error: $1) }
    }

    /// Why a delivery was made, as JSON.
    public func why(_ delivery: String) async throws -> Data {
        try await text { $0.why(delivery, seconds: 15, error: $1) }
    }

    /// Any other call of the core, away from the main thread. See the reference of offerkit.
    public func call<T>(_ body: @escaping (FLOfferkitKit) throws -> T) async throws -> T {
        try await withCheckedThrowingContinuation { continuation in
            calls.async {
                continuation.resume(with: Result { try body(self.kit) }.mapError { FlaneurError($0 as NSError) })
                self.consentsMoved()
            }
        }
    }

    /// A call that answers with JSON: those do not throw in Swift, but fill in an error.
    public func text(_ body: @escaping (FLOfferkitKit, NSErrorPointer) -> String) async throws -> Data {
        try await call { kit in
            var error: NSError?
            let text = body(kit, &error)
            if let error { throw error }
            return Data(text.utf8)
        }
    }

    // MARK: What the app's delegate passes on

    /// The registration token of Firebase Messaging; call it whenever that gives one, before the opt-in, too: it is told when the
    /// person allows pushes.
    public func pushToken(_ token: String) {
        work.async {
            self.told = self.told && self.token == token
            self.token = token
            self.tellToken()
        }
    }

    /// A call, or the server, may have moved the consent to pushes.
    func consentsMoved() { work.async { self.tellToken() } }

    private func tellToken() {
        guard !token.isEmpty, kit.hasConsent(FLOfferkitPurposePush) else {
            told = false
            return
        }
        guard !told else { return }
        told = (try? kit.setPushToken("fcm", token: token)) != nil
    }

    /// A push message: from `application(_:didReceiveRemoteNotification:fetchCompletionHandler:)`.
    public func handlePush(_ message: [AnyHashable: Any]) async -> UIBackgroundFetchResult {
        let data = Dictionary(uniqueKeysWithValues: message.compactMap { key, value -> (String, String)? in
            guard let key = key as? String, let value = value as? String else { return nil }
            return (key, value)
        })
        guard data["delivery"] != nil, let payload = try? JSONEncoder().encode(data) else { return .noData }
        let offer = try? await call { Offer(try $0.handlePush(payload)) }
        if let offer { DispatchQueue.main.async { self.delegate?.flaneur(self, offered: offer) } } // the system itself shows what has a title
        try? await call { try $0.flush(15) }
        return offer == nil ? .noData : .newData
    }

    /// An action of a notification: from `userNotificationCenter(_:didReceive:withCompletionHandler:)`.
    public func handle(_ response: UNNotificationResponse) async {
        guard let (id, action) = Notifications.answer(response) else { return }
        try? await call { try (action == "pause" ? $0.pause(60, seconds: 15) : $0.feedback(id, action: action)) }
    }

    // MARK: What the hosts hand in

    func track(_ fix: FLOfferkitFix) {
        work.async {
            do { try self.kit.track(fix) } catch { self.report(error as NSError) }
        }
    }

    func fenceExited() { work.async { try? self.kit.fenceExited() } }

    func reachEntered(_ offerID: String) { work.async { try? self.kit.reachEntered(offerID) } }

    /// Whether mood may come from a source now. What measures it asks each time, and ends when it may not.
    func mayFeel(_ source: String) -> Bool {
        kit.consents()?.moodSources.components(separatedBy: ",").contains(source) ?? false
    }

    func heartRate(_ payload: Data) {
        let now = Int64(Date().timeIntervalSince1970 * 1000)
        work.async { try? self.kit.heartRate(payload, unixMillis: now) }
    }

    func face(_ blendshapes: Data) {
        let now = Int64(Date().timeIntervalSince1970 * 1000)
        work.async { try? self.kit.face(blendshapes, unixMillis: now) }
    }

    func report(_ error: NSError) {
        let failure = FlaneurError(error)
        DispatchQueue.main.async { self.delegate?.flaneur(self, failedWith: failure) }
    }

    func obey(_ plan: FLOfferkitLocationPlan) {
        DispatchQueue.main.async {
            self.location.obey(plan)
            if self.kit.running(), self.kit.hasConsent(FLOfferkitPurposeLocation) {
                self.motion.start { [weak self] in self?.tellDevice() }
            } else {
                self.motion.stop()
            }
            if !self.kit.running() { Background.cancel() }
        }
    }
}
